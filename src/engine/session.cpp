#include "crmkit/engine/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cause_scope.hpp"
#include "patch.hpp"
#include "record_problems.hpp"
#include "session_state.hpp"
#include "write_path.hpp"

namespace crmkit {

using engine::Authority;
using engine::ReadScope;
using engine::RecordScope;
using engine::WriteScope;

Session::Session(std::unique_ptr<engine::SessionState> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

void TransactionScope::commit() {
    if (session_ == nullptr) {
        throw Error(ErrorCode::invalid_argument, "the transaction has ended already");
    }
    std::exchange(session_, nullptr)->commit();
}

void TransactionScope::rollback() noexcept {
    if (session_ != nullptr) {
        std::exchange(session_, nullptr)->rollback();
    }
}

TransactionScope Session::transaction() {
    state_->begin(Access::write);
    return TransactionScope(*state_);
}

TransactionScope Session::read_transaction() {
    state_->begin(Access::read);
    return TransactionScope(*state_);
}

namespace {

const Entity& entity_of_record(const engine::SessionState& state, const RecordView& record) {
    for (const Entity* entity : state.registry().entities()) {
        if (entity == &record.structure()) {
            return *entity;
        }
    }
    return state.registry().get(record.structure().name);
}

}  // namespace

void Session::add_problems(MutableRecordView record, Id id, const FieldSet& given,
                           std::vector<Problem>& problems) {
    const WriteScope scope(*state_);  // to look only: it is undone
    const Entity& entity = entity_of_record(*state_, record);
    if (!id) {
        engine::add_what_else_is_wrong(*state_, entity, nullptr, record.object(), problems);
        return;
    }
    const Record before = engine::live_record(*state_, entity, id);
    Record after = before;
    engine::copy_given(record, given, after);
    engine::add_what_else_is_wrong(*state_, entity, before.object(), after.object(), problems);
}

void Session::insert(MutableRecordView record) {
    const Entity& entity = entity_of_record(*state_, record);
    RecordScope scope(*state_, entity);
    engine::insert_record(*this, entity, record.object(), Authority::host);
    scope.commit();
}

void Session::write(MutableRecordView record) {
    const Entity& entity = entity_of_record(*state_, record);
    RecordScope scope(*state_, entity);
    engine::update_record(*this, entity, record.object(), header_of(record).version(),
                          Authority::host);
    scope.commit();
}

void Session::patch(const Entity& entity, Id id, const Patch& changes,
                    std::optional<std::int64_t> version, MutableRecordView stored) {
    RecordScope scope(*state_, entity);
    engine::patch_record(*this, entity, id, changes, version, stored);
    scope.commit();
}

bool Session::try_read(const Entity& entity, Id id, void* object, Deleted deleted) {
    ReadScope storage(*state_);
    return storage->get(entity, id, object) &&
           (deleted == Deleted::shown ||
            !header_of(RecordView(entity, object)).deleted_at().has_value());
}

void Session::read(const Entity& entity, Id id, void* object, Deleted deleted) {
    if (!try_read(entity, id, object, deleted)) {
        engine::fail_not_found(entity, id);
    }
}

void Session::read_many(const Entity& entity, std::span<const Id> ids,
                        const std::function<void*()>& slot) {
    ReadScope storage(*state_);
    const auto cursor = storage->get_many(entity, ids);
    std::vector<Problem> problems;
    const auto miss = [&](Id id) { problems.push_back(engine::no_such_record(entity, id)); };
    auto wanted = ids.begin();
    while (cursor->next()) {
        const Id id = cursor->value(header::id - 1U).id();
        for (; *wanted != id; ++wanted) {
            miss(*wanted);
        }
        if (cursor->value(header::deleted_at - 1U).is_null()) {
            cursor->read(slot());
        } else {
            miss(id);
        }
        ++wanted;
    }
    std::for_each(wanted, ids.end(), miss);
    if (!problems.empty()) {
        throw Error::about(ErrorCode::not_found, std::move(problems));
    }
}

void Session::remove(const Entity& entity, Id id, std::optional<std::int64_t> version) {
    engine::refuse_internal(entity);
    WriteScope scope(*state_);
    engine::delete_record(*this, entity, id, version);
    scope.commit();
}

std::shared_ptr<Cancellation> Session::cancellation() { return state_->cancellation(); }
void Session::set_step_budget(std::int64_t steps) { state_->set_step_budget(steps); }
std::int64_t Session::step_budget() const { return state_->step_budget(); }
void Session::on_progress(ProgressCallback callback) { state_->progress = std::move(callback); }

Id Session::actor() const { return state_->actor(); }
const Registry& Session::registry() const { return state_->registry(); }
Instant Session::now() const { return state_->now(); }
void Session::set_origin(std::string origin) {
    if (origin == engine::derived_origin || origin == engine::setup_origin) {
        throw Error(
            ErrorCode::invalid_argument,
            "the origin '" + origin + "' is that of changes which the library makes itself");
    }
    state_->origin = std::move(origin);
}

}  // namespace crmkit
