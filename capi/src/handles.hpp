/// What stands behind the opaque handles of the C header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit.h"
#include "crmkit/crm.hpp"
#include "error_state.hpp"
#include "field_table.hpp"
#include "live_handle.hpp"

namespace crmkit::c_api {

/// A record for the duration of the call that fills it.
class InUse {
  public:
    explicit InUse(bool& flag) : flag_(flag) {
        if (flag) {
            throw Error(ErrorCode::invalid_argument,
                        "a call that fills this record is still running: a hook takes another one");
        }
        flag = true;
    }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;
    ~InUse() { flag_ = false; }

  private:
    bool& flag_;
};

}  // namespace crmkit::c_api

struct crmkit_text {
    std::string text;
};

struct crmkit_store : crmkit::c_api::LiveHandle<crmkit_store> {
    explicit crmkit_store(crmkit::Crm opened)
        : crm(std::move(opened)),
          schema(std::make_shared<const crmkit::c_api::Schema>(crm.registry())) {}

    crmkit::Crm crm;
    std::shared_ptr<const crmkit::c_api::Schema> schema;
};

/// A session with the cursors and transactions that were opened through this handle. Closing it
/// ends them all; a cursor that the host has not closed yet stays behind as an empty shell.
struct crmkit_session : crmkit::c_api::LiveHandle<crmkit_session> {
    explicit crmkit_session(crmkit::Session&& opened)
        : own(std::move(opened)), session(&*own), cancellation(own->cancellation()) {}
    /// Borrows the session of a hook's event.
    explicit crmkit_session(crmkit::Session& borrowed)
        : session(&borrowed), cancellation(borrowed.cancellation()) {}
    ~crmkit_session();

    /// Ends the cursors that were opened with at least `depth` transactions open.
    void end_cursors(std::size_t depth);

    std::optional<crmkit::Session> own;
    crmkit::Session* session;
    /// Made before another thread can ask for it.
    std::shared_ptr<crmkit::Cancellation> cancellation;
    /// The transactions that crmkit_begin() opened, the innermost last.
    std::vector<crmkit::TransactionScope> transactions;
    std::vector<crmkit_cursor*> cursors;
    /// How many calls of this session are running: more than none while a hook runs inside them.
    int calls = 0;
};

struct crmkit_record {
    crmkit_record(std::shared_ptr<const crmkit::c_api::Schema> of, const crmkit::Entity& about)
        : schema(std::move(of)),
          entity(&about),
          places(schema->fields_of(about).places()),
          own(std::in_place, about) {}
    /// Borrows a record of a hook's event; `writable_object` is null where it may only be read.
    crmkit_record(std::shared_ptr<const crmkit::c_api::Schema> of, const crmkit::Entity& about,
                  const void* borrowed_object, void* writable_object)
        : schema(std::move(of)),
          entity(&about),
          places(schema->fields_of(about).places()),
          borrowed(borrowed_object),
          writable(writable_object) {}

    [[nodiscard]] const void* object() const { return own ? own->object() : borrowed; }
    [[nodiscard]] crmkit::RecordView view() const { return {*entity, object()}; }
    /// Where the field with this id is. Throws not_found.
    [[nodiscard]] const crmkit::c_api::FieldPlace& place(std::int32_t id) const {
        const auto index = static_cast<std::size_t>(id);  // of a negative id: beyond every field
        if (index >= places.size() || places[index].field == nullptr) {
            refuse_id(id);
        }
        return places[index];
    }
    [[nodiscard]] const crmkit::Field& field(std::int32_t id) const { return *place(id).field; }
    /// Converts the value to the field's type, stores it and notes that it was set.
    void set(const crmkit::Field& target, const crmkit::ValueView& value);
    /// A field as text, which ends in NUL and lives until the field is changed or asked for again.
    [[nodiscard]] std::string_view text(const crmkit::c_api::FieldPlace& wanted) const {
        return wanted.kind == crmkit::NativeKind::text
                   ? wanted.member<std::string>(object())  // which ends in NUL
                   : other_text(wanted);
    }

    /// Lets `fill` make the next contents in a second struct, kept for this, and takes them over
    /// when it returns true: a call that fails leaves the record as it was. Only for own records.
    /// Throws invalid_argument in a hook that `fill` has set off.
    template <typename Fill>
    void refill(Fill fill) {
        const crmkit::c_api::InUse now(is_in_use_);
        if (!spare_) {
            spare_.emplace(*entity);
        }
        if (fill(*spare_)) {
            std::swap(*own, *spare_);
            own->forget_touched();
        }
    }

    std::shared_ptr<const crmkit::c_api::Schema> schema;
    const crmkit::Entity* entity;
    /// Of the entity's fields, by id.
    std::span<const crmkit::c_api::FieldPlace> places;
    std::optional<crmkit::Record> own;
    const void* borrowed = nullptr;
    /// The same as `borrowed` where a hook may change it.
    void* writable = nullptr;

  private:
    [[noreturn]] void refuse_id(std::int32_t id) const;
    /// What text() gives for a field that holds no plain text.
    [[nodiscard]] std::string_view other_text(const crmkit::c_api::FieldPlace& wanted) const;
    /// A value that is no text of its own, written into made_texts_.
    [[nodiscard]] std::string_view made_text(const crmkit::Field& wanted) const;

    std::optional<crmkit::Record> spare_;
    bool is_in_use_ = false;
    /// What text() made from values that are no text, by the place of their field.
    mutable std::vector<std::string> made_texts_;
};

struct crmkit_cursor : crmkit::c_api::LiveHandle<crmkit_cursor> {
    crmkit_cursor(crmkit_session& of, const crmkit::Entity& about,
                  std::unique_ptr<crmkit::RecordStream> records);
    ~crmkit_cursor();

    /// Its session. Throws invalid_argument when that, or the transaction, has ended.
    [[nodiscard]] crmkit_session& open_session() const;

    /// Null when the session, or the transaction that it was opened in, has ended.
    crmkit_session* session;
    const crmkit::Entity* entity;
    /// Null at the end of the records.
    std::unique_ptr<crmkit::RecordStream> stream;
    /// How many transactions were open when it was opened.
    std::size_t depth;
};

namespace crmkit::c_api {

/// Throws invalid_argument for a handle that is no longer live.
template <typename Handle>
Handle& live(Handle* handle, std::string_view name) {
    if (handle == nullptr) {
        refuse_null(name);
    }
    if (!LiveHandle<Handle>::is_live(handle)) {
        throw Error(ErrorCode::invalid_argument, "the " + std::string(name) + " has been released");
    }
    return *handle;
}

/// As required() of any other pointer; a handle of these kinds that was released is refused, too.
inline crmkit_store& required(crmkit_store* handle, std::string_view name) {
    return live(handle, name);
}
inline crmkit_session& required(crmkit_session* handle, std::string_view name) {
    return live(handle, name);
}
inline crmkit_cursor& required(crmkit_cursor* handle, std::string_view name) {
    return live(handle, name);
}

/// Hands a text to the caller. Nothing is run when `out` is null.
template <typename Make>
crmkit_code give_text(crmkit_text** out, Make make) noexcept {
    return guarded([&] {
        crmkit_text*& result = required(out, "out");
        auto made = std::make_unique<crmkit_text>();
        made->text = make();
        result = made.release();
    });
}

}  // namespace crmkit::c_api
