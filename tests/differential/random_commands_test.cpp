/// Random commands against a SQLite store, another store and a naive model: after each command the
/// same answer, after each batch the same records, history, search results and tallies.
#include "conformance/backend.hpp"
#include "crmkit/base/random.hpp"
#include "crmkit/sales/stage_reports.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/value_text.hpp"
#include "differential/naive_model.hpp"
#include "exchange/import_support.hpp"
#include "fault/size.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

constexpr int commands_of_episode = 2000;
constexpr int commands_of_batch = 250;

const Entity& entity_of_kind(Kind kind) {
    switch (kind) {
        case Kind::account:
            return entity_of<Account>();
        case Kind::contact:
            return entity_of<Contact>();
        case Kind::opportunity:
            return entity_of<Opportunity>();
    }
    return entity_of<Account>();
}

/// A value of the model for a store.
Value stored_value(const std::string& field, const std::string& text) {
    if (text.empty()) {
        return {};
    }
    if (field == "account" || field == "stage") {
        return Id{std::stoll(text)};
    }
    return field == "amount" ? Value(Money::of(text, "EUR")) : Value(text);
}

/// And back.
std::string model_value(const std::string& field, const ValueView& value) {
    if (value.is_null()) {
        return {};
    }
    return field == "amount" ? std::to_string(value.money().minor_units / 100) : to_text(value);
}

/// One store, driven by the commands of the model.
class Driven {
  public:
    explicit Driven(Crm crm) : crm_(std::move(crm)), me_(crm_.as_system()) {}

    Session& session() { return me_; }
    std::vector<std::string> integrity() { return crm_.check_integrity(); }

    ErrorCode create(Kind kind, const Fields& fields, Id& id) {
        Record record = record_with(kind, fields);
        return code_of([&] {
            me_.insert(record);
            id = header_of(record).id();
        });
    }
    ErrorCode update(Kind kind, Id id, const Fields& changes, std::optional<std::int64_t> version) {
        Patch patch;
        for (const auto& [name, value] : changes) {
            patch.emplace_back(name, stored_value(name, value));
        }
        return code_of([&] {
            Record stored(entity_of_kind(kind));
            me_.patch(entity_of_kind(kind), id, patch, version, stored);
        });
    }
    ErrorCode upsert(const Fields& fields, Id& id) {
        Record record = record_with(Kind::account, fields);
        return code_of([&] {
            me_.upsert(UpsertKey::fields({"account_number"}), record, UpsertPolicy::update,
                       &record.touched());
            id = header_of(record).id();
        });
    }
    ErrorCode remove(Kind kind, Id id, std::optional<std::int64_t> version) {
        return code_of([&] { me_.remove(entity_of_kind(kind), id, version); });
    }
    ErrorCode restore(Kind kind, Id id) {
        return code_of([&] { me_.restore(entity_of_kind(kind), id); });
    }
    ErrorCode undo(Id id, std::size_t at) {
        return code_of([&] { me_.undo(me_.history(id).at(at).position); });
    }

    void begin() { open_.push_back(me_.transaction()); }
    void commit() {
        open_.back().commit();
        open_.pop_back();
    }
    void rollback() { open_.pop_back(); }

  private:
    static Record record_with(Kind kind, const Fields& fields) {
        Record record(entity_of_kind(kind));
        for (const auto& [name, value] : fields) {
            record.set(name, stored_value(name, value));
        }
        return record;
    }

    Crm crm_;
    Session me_;
    std::vector<TransactionScope> open_;
};

/// Draws commands and gives them to both stores and the model.
class Episode {
  public:
    Episode(std::uint64_t seed, const std::string& path, std::unique_ptr<Store> other)
        : random_(seed),
          sqlite_(Crm::open(path, options())),
          other_(Crm::open(std::move(other), options())) {
        for (const Stage& stage : sqlite_.session().query<Stage>("state = 'open' order by id")) {
            stages_.push_back(std::to_string(stage.id.value));
        }
        REQUIRE(stages_.size() > 1);
    }

    void act() {
        switch (random_.below(14)) {
            case 0:
            case 1:
            case 2:
                return create();
            case 3:
            case 4:
            case 5:
                return update();
            case 6:
                return upsert();
            case 7:
                return remove();
            case 8:
                return restore();
            case 9:
                return undo();
            case 10:
                return search();
            case 11:
                return query();
            default:
                return transact();
        }
    }

    void compare() {
        compare_records(sqlite_.session());
        compare_records(other_.session());
        compare_tallies(sqlite_.session());
        compare_tallies(other_.session());
        REQUIRE(sales_json(sqlite_) == sales_json(other_));
    }
    void finish() {
        while (depth_ > 0) {
            end_transaction(random_.chance(500));
        }
        compare();
        REQUIRE(contents_of(sqlite_.session()) == contents_of(other_.session()));
        REQUIRE(history_json(sqlite_.session()) == history_json(other_.session()));
        REQUIRE(sqlite_.integrity().empty());
        REQUIRE(other_.integrity().empty());
    }

  private:
    OpenOptions options() {
        OpenOptions options = clock_.options();
        options.durability = Durability::fast;
        options.replica = 7;
        return options;
    }

    // --- What a command is made of --------------------------------------------------------------

    std::string word() { return "w" + std::to_string(random_.below(20)); }
    Kind kind() { return static_cast<Kind>(random_.below(3)); }
    Id some_id() {
        const auto& records = model_.records();
        if (records.empty() || random_.chance(20)) {
            return Id{random_.between(1, 1'000'000)};
        }
        // Mostly a young one, so that commands meet each other.
        const auto back =
            static_cast<std::int64_t>(random_.below(std::min<std::uint64_t>(records.size(), 40)));
        return std::prev(records.end(), back + 1)->first;
    }
    Kind kind_of(Id id) {
        const auto found = model_.records().find(id);
        return found == model_.records().end() || random_.chance(20) ? kind() : found->second.kind;
    }
    std::string some_account() {
        const Id id = some_id();
        const auto found = model_.records().find(id);
        const bool is_account =
            found != model_.records().end() && found->second.kind == Kind::account;
        return is_account ? std::to_string(id.value) : std::string();
    }
    Fields some_fields(Kind kind) {
        Fields fields;
        if (random_.chance(700)) {
            fields[NaiveModel::name_field(kind)] = word() + ' ' + word();
        }
        if (kind == Kind::account) {
            fields["industry"] = random_.chance(800) ? "i" + std::to_string(random_.below(4)) : "";
            if (random_.chance(500)) {
                fields["account_number"] = "n" + std::to_string(random_.below(15));
            }
        } else if (kind == Kind::contact) {
            fields["job_title"] = random_.chance(800) ? word() : "";
        } else {
            fields["stage"] = stages_[random_.below(stages_.size())];
            fields["amount"] = random_.chance(800) ? std::to_string(random_.between(1, 1000)) : "";
            if (random_.chance(500)) {
                fields["account"] = some_account();
            }
        }
        return fields;
    }
    std::optional<std::int64_t> some_version(Id id) {
        const auto found = model_.records().find(id);
        if (found == model_.records().end() || random_.chance(700)) {
            return std::nullopt;
        }
        return found->second.version - (random_.chance(300) ? 1 : 0);
    }

    // --- Commands -------------------------------------------------------------------------------

    /// Both stores answer as the model does.
    void require_answers(ErrorCode sqlite, ErrorCode other, ErrorCode model) {
        REQUIRE(to_string(sqlite) == to_string(model));
        REQUIRE(to_string(other) == to_string(model));
    }

    void create() {
        const Kind created = kind();
        Fields fields = some_fields(created);
        fields[NaiveModel::name_field(created)] = word() + ' ' + word();
        std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
        Id here;
        Id there;
        const ErrorCode sqlite = sqlite_.create(created, fields, here);
        const ErrorCode other = other_.create(created, fields, there);
        require_answers(sqlite, other, model_.can_create(created, fields));
        REQUIRE(here == there);
        if (here) {
            model_.create(created, here, fields);
        }
    }
    void update() {
        const Id id = some_id();
        const Kind updated = kind_of(id);
        const Fields fields = some_fields(updated);
        const auto version = some_version(id);
        require_answers(sqlite_.update(updated, id, fields, version),
                        other_.update(updated, id, fields, version),
                        model_.update(updated, id, fields, version));
    }
    void upsert() {
        Fields fields{{"name", word() + ' ' + word()},
                      {"account_number", "n" + std::to_string(random_.below(15))}};
        const auto known = model_.find(Kind::account, "account_number", fields["account_number"]);
        Id here;
        Id there;
        const ErrorCode sqlite = sqlite_.upsert(fields, here);
        require_answers(sqlite, other_.upsert(fields, there), ErrorCode::ok);
        REQUIRE(here == there);
        if (known) {
            REQUIRE(here == *known);
            REQUIRE(model_.update(Kind::account, here, fields, {}) == ErrorCode::ok);
        } else {
            model_.create(Kind::account, here, fields);
        }
    }
    void remove() {
        const Id id = some_id();
        const Kind removed = kind_of(id);
        const auto version = some_version(id);
        require_answers(sqlite_.remove(removed, id, version), other_.remove(removed, id, version),
                        model_.remove(removed, id, version));
    }
    void restore() {
        const Id id = some_id();
        const Kind restored = kind_of(id);
        require_answers(sqlite_.restore(restored, id), other_.restore(restored, id),
                        model_.restore(restored, id));
    }
    void undo() {
        const Id id = some_id();
        const auto found = model_.records().find(id);
        if (found == model_.records().end()) {
            return;
        }
        const std::size_t changes = found->second.history.size();
        // What a stage brings along is not in the model: only the last change can be taken back.
        const bool is_last = found->second.kind == Kind::opportunity || random_.chance(700);
        const std::size_t at = is_last ? changes - 1 : random_.below(changes);
        require_answers(sqlite_.undo(id, at), other_.undo(id, at), model_.undo(id, at));
    }
    void transact() {
        if (depth_ < 3 && random_.chance(500)) {
            sqlite_.begin();
            other_.begin();
            model_.begin();
            ++depth_;
        } else if (depth_ > 0) {
            end_transaction(random_.chance(600));
        }
        clock_.clock->advance(std::chrono::milliseconds(random_.below(3)));
    }
    void end_transaction(bool is_kept) {
        if (is_kept) {
            sqlite_.commit();
            other_.commit();
            model_.commit();
        } else {
            sqlite_.rollback();
            other_.rollback();
            model_.rollback();
        }
        --depth_;
    }

    void search() {
        const Kind searched = kind();
        if (searched == Kind::contact) {
            return;  // by its full name, of which the model knows the half
        }
        const std::string text = word();
        const auto found = [&](Session& session) {
            const auto ids = session.search(entity_of_kind(searched), text, 10'000);
            return std::set<Id>(ids.begin(), ids.end());
        };
        const std::set<Id> expected = model_.search(searched, text);
        REQUIRE(found(sqlite_.session()) == expected);
        REQUIRE(found(other_.session()) == expected);
    }
    void query() {
        const std::string industry = "i" + std::to_string(random_.below(4));
        std::set<std::pair<std::string, Id>> expected;
        for (const auto& [id, record] : model_.records()) {
            if (!record.is_deleted && NaiveModel::value_of(record.fields, "industry") == industry) {
                expected.emplace(NaiveModel::value_of(record.fields, "name"), id);
            }
        }
        for (Session* session : {&sqlite_.session(), &other_.session()}) {
            std::vector<std::pair<std::string, Id>> found;
            for (const Account& account : session->query<Account>(
                     "industry = :industry order by name, id", {{"industry", industry}})) {
                found.emplace_back(account.name, account.id);
            }
            REQUIRE(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
        }
    }

    // --- Comparisons ----------------------------------------------------------------------------

    void compare_records(Session& session) {
        for (const auto& [id, expected] : model_.records()) {
            const Entity& entity = entity_of_kind(expected.kind);
            Record record(entity);
            REQUIRE(session.try_read(entity, id, record.object(), Deleted::shown));
            REQUIRE(header_of(record).version() == expected.version);
            REQUIRE(header_of(record).deleted_at().has_value() == expected.is_deleted);
            for (const char* field : {"name", "last_name", "industry", "account_number",
                                      "job_title", "stage", "amount", "account"}) {
                if (entity.find(std::string_view(field)) != nullptr &&
                    !(expected.kind == Kind::contact && std::string_view(field) == "account")) {
                    REQUIRE(model_value(field, record.get(field)) ==
                            NaiveModel::value_of(expected.fields, field));
                }
            }
            const auto history = session.history(id);
            REQUIRE(history.size() == expected.history.size());
            for (std::size_t i = 0; i < history.size(); ++i) {
                REQUIRE(history[i].kind == expected.history[i].kind);
                REQUIRE(history[i].version == expected.history[i].version);
            }
        }
    }
    void compare_tallies(Session& session) {
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> found;
        for (const auto& row : sales::pipeline_by_stage(session, {}).rows) {
            if (row.count > 0) {
                auto& [count, sum] = found[std::to_string(row.stage.value)];
                count += row.count;
                sum += row.amount ? row.amount->minor_units : 0;
            }
        }
        REQUIRE(found == model_.by_stage());
    }
    static std::string sales_json(Driven& store) {
        return to_json(sales::pipeline_by_stage(store.session(), {}));
    }
    static std::string history_json(Session& session) {
        std::string out;
        for (const HistoryEntry& entry : session.changes_since(0, 1'000'000)) {
            out += std::to_string(entry.position) + ' ' + to_string(entry.at) + ' ' + entry.origin +
                   ' ' + std::to_string(entry.cause) + ' ' + entry.entity + ' ' +
                   to_string(entry.record) + ' ' + std::to_string(entry.version);
            for (const FieldChange& change : entry.fields) {
                out +=
                    ' ' + change.field + '=' + to_text(change.before) + '>' + to_text(change.after);
            }
            out += '\n';
        }
        return out;
    }

    Random random_;
    TestClock clock_;
    Driven sqlite_;
    Driven other_;
    NaiveModel model_;
    std::vector<std::string> stages_;
    int depth_ = 0;
};

/// One episode, which ends in the comparison of everything.
void play(std::uint64_t seed, std::unique_ptr<Store> other) {
    const TemporaryFolder folder;
    Episode episode(seed, folder.file("store.db"), std::move(other));
    for (int i = 0; i < commands_of_episode; ++i) {
        CAPTURE(seed);
        CAPTURE(i);
        episode.act();
        if (i % commands_of_batch == commands_of_batch - 1) {
            episode.compare();
        }
    }
    CAPTURE(seed);
    episode.finish();
}

}  // namespace

TEST_CASE("random commands: SQLite store, memory store and naive model agree") {
    const int commands = fault::by_size(20'000, 1'000'000, 10'000'000);
    for (int done = 0; done < commands; done += commands_of_episode) {
        play(static_cast<std::uint64_t>(1 + done / commands_of_episode),
             std::make_unique<MemoryStore>());
    }
    MESSAGE("volume: " << fault::counted(commands, "commands"));
}

TEST_CASE("random commands: SQLite store, host's storage and naive model agree") {
    const int commands = fault::by_size(4'000, 100'000, 1'000'000);
    for (int done = 0; done < commands; done += commands_of_episode) {
        const conformance::HostTable host;
        play(static_cast<std::uint64_t>(1001 + done / commands_of_episode),
             std::make_unique<OrderedMapStore>(conformance::HostTable::map_on(*host.host)));
    }
    MESSAGE("volume: " << fault::counted(commands, "commands"));
}
