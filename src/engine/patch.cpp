#include "patch.hpp"

#include <utility>

#include "crmkit/schema/conversion.hpp"
#include "record_problems.hpp"
#include "session_state.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

namespace {

/// Refuses changes for values that no field can hold, and for what is wrong with the others.
[[noreturn]] void refuse_changes(SessionState& state, const Entity& entity, const Record& before,
                                 MutableRecordView stored, ErrorCode code,
                                 std::vector<Problem> problems) {
    std::vector<Problem> read_only;
    refuse_read_only(entity, before.object(), stored.object(), read_only);
    add_problems_of_others(problems, std::move(read_only));
    add_what_else_is_wrong(state, entity, before.object(), stored.object(), problems);
    throw Error::about(code, std::move(problems));
}

}  // namespace

void copy_given(const RecordView& from, const FieldSet& given, MutableRecordView to) {
    const auto& fields = to.structure().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (given.contains(i)) {
            to.set(fields[i], from.get(fields[i]));
        }
    }
}

bool patch_record(Session& session, const Entity& entity, Id id, const Patch& changes,
                  std::optional<std::int64_t> version, MutableRecordView stored) {
    SessionState& state = session.state();
    const Record before = live_record(state, entity, id);
    entity.copy(stored.object(), before.object());
    std::vector<Problem> problems;
    ErrorCode code = ErrorCode::validation;
    const ConversionOptions options{&state.registry(), {}};
    for (const Parameter& change : changes) {
        try {
            const Field* const field = entity.find(change.name);
            if (field == nullptr) {
                throw unknown_field(entity, change.name, detail::shown_value(change.value));
            }
            stored.set(*field, convert(entity, *field, change.value, options));
        } catch (const Error& error) {
            // A field that is not there is a mistake of the program, whatever else is wrong.
            code = error.code() == ErrorCode::not_found ? error.code() : code;
            problems.insert(problems.end(), error.problems().begin(), error.problems().end());
        }
    }
    if (!problems.empty()) {
        refuse_changes(state, entity, before, stored, code, std::move(problems));
    }
    return update_record(session, entity, before, stored.object(), version, Authority::host);
}

bool patch_record(Session& session, const RecordView& changes, const FieldSet& given,
                  MutableRecordView stored) {
    SessionState& state = session.state();
    const Entity& entity = state.registry().get(changes.structure().name);
    const auto head = header_of(changes);
    if (!head.id()) {
        throw Error::about(ErrorCode::validation,
                           Problem{std::string(entity.name), "id", {}, "is required"});
    }
    const Record before = live_record(state, entity, head.id());
    entity.copy(stored.object(), before.object());
    copy_given(changes, given, stored);
    const auto version =
        given.contains(header::version - 1U) ? std::optional(head.version()) : std::nullopt;
    return update_record(session, entity, before, stored.object(), version, Authority::host);
}

}  // namespace crmkit::engine
