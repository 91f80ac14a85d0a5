/// What a store should do, said as simply as can be: plain maps, copied whole for a transaction.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/store/change.hpp"

namespace crmkit::test {

/// The entities that the model knows.
enum class Kind : std::uint8_t { account, contact, opportunity };

/// Field names and values as text; an empty field is not there.
using Fields = std::map<std::string, std::string>;

/// One entry of a record's history; of an update, what it changed.
struct ModelChange {
    ChangeKind kind = ChangeKind::created;
    std::int64_t version = 0;
    Fields before{};
    Fields after{};
};

struct ModelRecord {
    Kind kind = Kind::account;
    Fields fields{};
    std::int64_t version = 1;
    bool is_deleted = false;
    std::vector<ModelChange> history{};
};

class NaiveModel {
  public:
    // --- Commands: each says how a store answers ------------------------------------------------

    [[nodiscard]] ErrorCode can_create(Kind kind, const Fields& fields) const {
        return fault(Id{}, kind, fields);
    }
    void create(Kind kind, Id id, Fields fields) {
        records_[id] = {kind, std::move(fields), 1, false, {{ChangeKind::created, 1, {}, {}}}};
    }

    ErrorCode update(Kind kind, Id id, const Fields& changes, std::optional<std::int64_t> version) {
        ModelRecord* const record = live(kind, id);
        if (record == nullptr) {
            return ErrorCode::not_found;
        }
        if (version && *version != record->version) {
            return ErrorCode::conflict;
        }
        ModelChange change{ChangeKind::updated, record->version + 1, {}, {}};
        Fields fields = record->fields;
        for (const auto& [name, value] : changes) {
            if (value_of(fields, name) != value) {
                change.before[name] = value_of(fields, name);
                change.after[name] = value;
                put(fields, name, value);
            }
        }
        if (change.after.empty()) {
            return ErrorCode::ok;
        }
        if (const ErrorCode code = fault(id, kind, fields); code != ErrorCode::ok) {
            return code;
        }
        record->fields = std::move(fields);
        note(*record, std::move(change));
        return ErrorCode::ok;
    }

    ErrorCode remove(Kind kind, Id id, std::optional<std::int64_t> version) {
        ModelRecord* const record = live(kind, id);
        if (record == nullptr) {
            return ErrorCode::not_found;
        }
        if (version && *version != record->version) {
            return ErrorCode::conflict;
        }
        const auto refers = [&](const auto& entry) {
            return !entry.second.is_deleted &&
                   value_of(entry.second.fields, "account") == std::to_string(id.value);
        };
        if (std::any_of(records_.begin(), records_.end(), refers)) {
            return ErrorCode::restricted;
        }
        record->is_deleted = true;
        note(*record, {ChangeKind::deleted, record->version + 1, {}, {}});
        return ErrorCode::ok;
    }

    ErrorCode restore(Kind kind, Id id) {
        const auto found = records_.find(id);
        if (found == records_.end() || found->second.kind != kind) {
            return ErrorCode::not_found;
        }
        ModelRecord& record = found->second;
        if (!record.is_deleted) {
            return ErrorCode::invalid_argument;
        }
        if (const ErrorCode code = fault(id, kind, record.fields); code != ErrorCode::ok) {
            return code;
        }
        record.is_deleted = false;
        note(record, {ChangeKind::restored, record.version + 1, {}, {}});
        return ErrorCode::ok;
    }

    /// Takes back the change at a place of a record's history.
    ErrorCode undo(Id id, std::size_t at) {
        ModelRecord& record = records_.at(id);
        const ModelChange change = record.history.at(at);
        switch (change.kind) {
            case ChangeKind::created:
            case ChangeKind::restored:
                return remove(record.kind, id, change.version);
            case ChangeKind::deleted:
                if (!record.is_deleted) {
                    return ErrorCode::invalid_argument;
                }
                return is_deleted_again(record, at) ? ErrorCode::conflict
                                                    : restore(record.kind, id);
            case ChangeKind::updated:
                return undo_update(record, id, change);
        }
        return ErrorCode::ok;
    }

    // --- Transactions ---------------------------------------------------------------------------

    void begin() { kept_.push_back(records_); }
    void commit() { kept_.pop_back(); }
    void rollback() {
        records_ = std::move(kept_.back());
        kept_.pop_back();
    }

    // --- Answers --------------------------------------------------------------------------------

    [[nodiscard]] const std::map<Id, ModelRecord>& records() const { return records_; }
    /// The live record of a kind with a value in a field.
    [[nodiscard]] std::optional<Id> find(Kind kind, const std::string& field,
                                         const std::string& value) const {
        for (const auto& [id, record] : records_) {
            if (record.kind == kind && !record.is_deleted &&
                value_of(record.fields, field) == value) {
                return id;
            }
        }
        return std::nullopt;
    }
    /// The live records of a kind with a word that begins so in their name.
    [[nodiscard]] std::set<Id> search(Kind kind, const std::string& word) const {
        std::set<Id> found;
        for (const auto& [id, record] : records_) {
            const std::string name = ' ' + value_of(record.fields, name_field(kind));
            if (record.kind == kind && !record.is_deleted &&
                name.find(' ' + word) != std::string::npos) {
                found.insert(id);
            }
        }
        return found;
    }
    /// By stage: how many live opportunities, and the sum of their amounts in cents.
    [[nodiscard]] std::map<std::string, std::pair<std::int64_t, std::int64_t>> by_stage() const {
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> stages;
        for (const auto& [id, record] : records_) {
            if (record.kind == Kind::opportunity && !record.is_deleted) {
                auto& [count, sum] = stages[value_of(record.fields, "stage")];
                ++count;
                const std::string amount = value_of(record.fields, "amount");
                sum += amount.empty() ? 0 : std::stoll(amount) * 100;
            }
        }
        return stages;
    }

    static std::string name_field(Kind kind) {
        return kind == Kind::contact ? "last_name" : "name";
    }
    static std::string value_of(const Fields& fields, const std::string& name) {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    }

  private:
    static void put(Fields& fields, const std::string& name, const std::string& value) {
        if (value.empty()) {
            fields.erase(name);
        } else {
            fields[name] = value;
        }
    }
    static void note(ModelRecord& record, ModelChange change) {
        ++record.version;
        record.history.push_back(std::move(change));
    }

    ModelRecord* live(Kind kind, Id id) {
        const auto found = records_.find(id);
        const bool is_live =
            found != records_.end() && found->second.kind == kind && !found->second.is_deleted;
        return is_live ? &found->second : nullptr;
    }

    /// Why a live record cannot be so.
    [[nodiscard]] ErrorCode fault(Id id, Kind kind, const Fields& fields) const {
        const std::string account = value_of(fields, "account");
        if (!account.empty()) {
            const auto found = records_.find(Id{std::stoll(account)});
            if (found == records_.end() || found->second.is_deleted) {
                return ErrorCode::validation;
            }
        }
        const std::string number = value_of(fields, "account_number");
        if (kind == Kind::account && !number.empty()) {
            const auto other = find(kind, "account_number", number);
            if (other && *other != id) {
                return ErrorCode::duplicate;
            }
        }
        return ErrorCode::ok;
    }

    static bool is_deleted_again(const ModelRecord& record, std::size_t at) {
        return std::any_of(
            record.history.begin() + static_cast<std::ptrdiff_t>(at) + 1, record.history.end(),
            [](const ModelChange& change) { return change.kind == ChangeKind::deleted; });
    }
    ErrorCode undo_update(ModelRecord& record, Id id, const ModelChange& change) {
        if (record.is_deleted) {
            return ErrorCode::not_found;
        }
        for (const auto& [name, value] : change.after) {
            if (value_of(record.fields, name) != value) {
                return ErrorCode::conflict;
            }
        }
        return update(record.kind, id, change.before, {});
    }

    std::map<Id, ModelRecord> records_;
    std::vector<std::map<Id, ModelRecord>> kept_;
};

}  // namespace crmkit::test
