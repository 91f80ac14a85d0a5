#include "session_handle.hpp"

#include <string>

namespace crmkit::python {

namespace {

/// Gives the system sessions of a thread back when it ends.
class ThreadEnd {
  public:
    ThreadEnd() = default;
    ThreadEnd(const ThreadEnd&) = delete;
    ThreadEnd& operator=(const ThreadEnd&) = delete;
    ~ThreadEnd() {
        for (const auto& used : used_) {
            if (const auto crm = used.lock()) {
                crm->forget_thread(std::this_thread::get_id());
            }
        }
    }
    void add(const std::weak_ptr<CrmHandle>& crm) {
        std::erase_if(used_, [](const auto& used) { return used.expired(); });
        used_.push_back(crm);
    }
    static ThreadEnd& mine() {
        thread_local ThreadEnd end;
        return end;
    }

  private:
    std::vector<std::weak_ptr<CrmHandle>> used_;
};

}  // namespace

SessionHandle::~SessionHandle() {
    while (!scopes_.empty()) {
        scopes_.pop_back();
    }
}

SessionHandle*& SessionHandle::Current::innermost() {
    thread_local SessionHandle* handle = nullptr;
    return handle;
}

std::shared_ptr<SessionHandle> SessionHandle::current(const Session& session) {
    SessionHandle* const handle = Current::innermost();
    return handle != nullptr && &handle->session_ == &session ? handle->shared_from_this()
                                                              : nullptr;
}

void SessionHandle::drop(std::unique_ptr<RecordStream> stream) noexcept {
    if (lock_.try_lock()) {
        {
            const GilReleased released;
            stream.reset();
        }
        lock_.unlock();
        return;
    }
    const std::lock_guard guard(dropped_mutex_);
    dropped_.push_back(std::move(stream));
}

void SessionHandle::end_dropped_streams() noexcept {
    std::vector<std::unique_ptr<RecordStream>> ended;
    const std::lock_guard guard(dropped_mutex_);
    ended.swap(dropped_);
}

SessionHandle::Ticket SessionHandle::begin(bool is_read_only) {
    const GilReleased released;
    lock_.lock();
    try {
        const Current current(*this);
        scopes_.emplace_back(last_ticket_ + 1,
                             is_read_only ? session_.read_transaction() : session_.transaction());
    } catch (...) {
        lock_.unlock();
        throw;
    }
    return ++last_ticket_;
}

void SessionHandle::end(Ticket ticket, bool keep) {
    const GilReleased released;
    if (!lock_.is_mine()) {
        throw Error(ErrorCode::invalid_argument,
                    "the transaction has ended already, or was begun in another thread");
    }
    if (scopes_.back().first != ticket) {
        throw Error(ErrorCode::invalid_argument,
                    "the transaction has ended already, or one inside it is still open");
    }
    const Current current(*this);
    const auto pop = [this] {
        scopes_.pop_back();
        lock_.unlock();
    };
    try {
        if (keep) {
            scopes_.back().second.commit();
        }
    } catch (...) {
        pop();
        throw;
    }
    pop();
}

void SessionHandle::abandon(Ticket ticket) noexcept {
    const GilReleased released;
    const auto is_open = [&] {
        for (const auto& scope : scopes_) {
            if (scope.first == ticket) {
                return true;
            }
        }
        return false;
    };
    while (is_open()) {
        scopes_.pop_back();
        lock_.unlock();
    }
}

const Crm& CrmHandle::open_crm() const {
    if (!crm_) {
        throw Error(ErrorCode::invalid_argument, "the store is closed");
    }
    return *crm_;
}

Crm CrmHandle::crm() {
    const std::lock_guard guard(mutex_);
    return open_crm();
}

std::shared_ptr<SessionHandle> CrmHandle::as_user(Id user, std::string origin) {
    Session session = crm().as(user);
    if (!origin.empty()) {
        session.set_origin(std::move(origin));
    }
    return make_handle<SessionHandle>(std::move(session));
}

std::shared_ptr<SessionHandle> CrmHandle::system() {
    const std::lock_guard guard(mutex_);
    auto& mine = systems_[std::this_thread::get_id()];
    if (!mine) {
        mine = make_handle<SessionHandle>(open_crm().as_system());
        ThreadEnd::mine().add(weak_from_this());
    }
    return mine;
}

void CrmHandle::forget_thread(std::thread::id thread) {
    std::shared_ptr<SessionHandle> last;  // ends outside the lock
    const std::lock_guard guard(mutex_);
    if (const auto found = systems_.find(thread); found != systems_.end()) {
        last = std::move(found->second);
        systems_.erase(found);
    }
}

void CrmHandle::keep_hook(HookId hook, SharedObject function) {
    const std::lock_guard guard(mutex_);
    hooks_.emplace(hook, std::move(function));
}

void CrmHandle::remove_hook(HookId hook) {
    SharedObject function;  // dropped at the end, outside every lock
    {
        const std::lock_guard guard(mutex_);
        const auto found = hooks_.find(hook);
        if (found == hooks_.end()) {
            throw Error(ErrorCode::not_found, "there is no hook " + std::to_string(hook));
        }
        function = std::move(found->second);
        hooks_.erase(found);
    }
    crm().remove_hook(hook);
}

void CrmHandle::close() {
    std::map<std::thread::id, std::shared_ptr<SessionHandle>> systems;
    std::map<HookId, SharedObject> hooks;
    std::optional<Crm> crm;  // ends last, and outside the lock
    {
        const std::lock_guard guard(mutex_);
        systems.swap(systems_);
        hooks.swap(hooks_);
        crm.swap(crm_);
    }
    systems.clear();
    if (!crm) {
        return;
    }
    for (const auto& [hook, function] : hooks) {
        crm->remove_hook(hook);
    }
    crm->close();
}

}  // namespace crmkit::python
