/// What stands behind the opaque handles of the C header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit.h"
#include "crmkit/crm.hpp"
#include "error_state.hpp"

struct crmkit_text {
    std::string text;
};

struct crmkit_store {
    explicit crmkit_store(crmkit::Crm opened)
        : crm(std::move(opened)),
          registry(std::make_shared<const crmkit::Registry>(crm.registry())) {}

    crmkit::Crm crm;
    /// A copy that the records share: they may outlive the store.
    std::shared_ptr<const crmkit::Registry> registry;
};

/// A session with the cursors and transactions that were opened through this handle. Closing it
/// ends them all; a cursor that the host has not closed yet stays behind as an empty shell.
struct crmkit_session {
    explicit crmkit_session(crmkit::Session&& opened) : own(std::move(opened)), session(&*own) {}
    /// Borrows the session of a hook's event.
    explicit crmkit_session(crmkit::Session& borrowed) : session(&borrowed) {}
    crmkit_session(const crmkit_session&) = delete;
    crmkit_session& operator=(const crmkit_session&) = delete;
    ~crmkit_session();

    /// Ends the cursors that were opened with at least `depth` transactions open.
    void end_cursors(std::size_t depth);

    std::optional<crmkit::Session> own;
    crmkit::Session* session;
    /// The transactions that crmkit_begin() opened, the innermost last.
    std::vector<crmkit::TransactionScope> transactions;
    std::vector<crmkit_cursor*> cursors;
    /// How many calls of this session are running: more than none while a hook runs inside them.
    int calls = 0;
};

struct crmkit_record {
    crmkit_record(std::shared_ptr<const crmkit::Registry> of, const crmkit::Entity& about)
        : registry(std::move(of)), entity(&about), own(std::in_place, about) {}
    /// Borrows a record of a hook's event.
    crmkit_record(std::shared_ptr<const crmkit::Registry> of, const crmkit::Entity& about,
                  const void* borrowed_object)
        : registry(std::move(of)), entity(&about), borrowed(borrowed_object) {}
    crmkit_record(std::shared_ptr<const crmkit::Registry> of, const crmkit::Entity& about,
                  void* borrowed_object)
        : registry(std::move(of)),
          entity(&about),
          borrowed(borrowed_object),
          writable(borrowed_object) {}

    [[nodiscard]] crmkit::RecordView view() const {
        return {*entity, own ? own->object() : borrowed};
    }
    /// The field with this id. Throws not_found.
    [[nodiscard]] const crmkit::Field& field(std::int32_t id) const;
    /// Converts the value to the field's type, stores it and notes that it was set.
    void set(const crmkit::Field& target, const crmkit::ValueView& value);
    /// A field as text, which ends in NUL and lives until the field is changed or asked for again.
    [[nodiscard]] std::string_view text(const crmkit::Field& wanted) const;

    /// Lets `fill` make the next contents in a second struct, kept for this, and takes them over
    /// when it returns true: a call that fails leaves the record as it was. Only for own records.
    template <typename Fill>
    void refill(Fill fill) {
        if (!spare) {
            spare.emplace(*entity);
        }
        if (fill(*spare)) {
            std::swap(*own, *spare);
            own->forget_touched();
        }
    }

    std::shared_ptr<const crmkit::Registry> registry;
    const crmkit::Entity* entity;
    std::optional<crmkit::Record> own;
    const void* borrowed = nullptr;
    /// The same as `borrowed` where a hook may change it.
    void* writable = nullptr;

  private:
    std::optional<crmkit::Record> spare;
    /// What text() made from values that are no text, by the place of their field.
    mutable std::vector<std::string> made_texts;
};

struct crmkit_cursor {
    crmkit_cursor(crmkit_session& of, const crmkit::Entity& about,
                  std::unique_ptr<crmkit::RecordStream> records);
    crmkit_cursor(const crmkit_cursor&) = delete;
    crmkit_cursor& operator=(const crmkit_cursor&) = delete;
    ~crmkit_cursor();

    /// Null when the session, or the transaction that it was opened in, has ended.
    crmkit_session* session;
    const crmkit::Entity* entity;
    /// Null at the end of the records.
    std::unique_ptr<crmkit::RecordStream> stream;
    /// How many transactions were open when it was opened.
    std::size_t depth;
};

namespace crmkit::c_api {

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
