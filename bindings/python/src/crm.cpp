#include "crm.hpp"

#include <pybind11/stl.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "arguments.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/model/registry.hpp"
#include "errors.hpp"
#include "history.hpp"
#include "hooks.hpp"
#include "session_handle.hpp"
#include "struct_object.hpp"
#include "table.hpp"
#include "transaction.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

std::chrono::milliseconds milliseconds_from(double seconds) {
    constexpr double longest = 86'400.0;
    if (!(seconds >= 0.0 && seconds <= longest)) {
        throw Error(ErrorCode::invalid_argument, "busy_timeout is not between 0 seconds and a day");
    }
    return std::chrono::milliseconds(std::llround(seconds * 1000.0));
}

/// A log of Python's: a function of level and line.
std::function<void(LogLevel, std::string_view)> log_to(const py::object& function) {
    if (function.is_none()) {
        return {};
    }
    return [shared = SharedObject(function)](LogLevel level, std::string_view line) {
        constexpr std::string_view levels[] = {"debug", "info", "warning", "error"};
        const py::gil_scoped_acquire held;
        try {
            shared.get()(to_str(levels[static_cast<std::size_t>(level)]), to_str(line));
        } catch (py::error_already_set& raised) {
            raised.discard_as_unraisable(shared.get());
        }
    };
}

Instant instant_from(const py::object& datetime) {
    std::string why;
    const auto value = to_value(datetime, why);
    if (!value || value->kind() != ValueKind::instant) {
        throw py::type_error("expected a datetime" + (why.empty() ? std::string() : ": it " + why));
    }
    return value->view().instant();
}

/// The options that open() and open_memory() share.
OpenOptions common_options(std::shared_ptr<ManualClock> clock, std::optional<std::uint64_t> seed,
                           std::optional<int> replica, const std::optional<std::string>& region,
                           const py::object& log) {
    OpenOptions options;
    options.clock = std::move(clock);
    options.seed = seed;
    options.replica = replica;
    options.region = region.value_or("");
    options.log = log_to(log);
    return options;
}

Durability durability_from(const std::string& name) {
    if (name == "durable") {
        return Durability::durable;
    }
    if (name == "fast") {
        return Durability::fast;
    }
    throw Error(ErrorCode::invalid_argument,
                "durability '" + shortened(name) + "' is neither durable nor fast");
}

std::shared_ptr<CrmHandle> open_file(const py::object& path, const std::string& durability,
                                     bool read_only, bool create, double busy_timeout,
                                     std::int64_t cache_kib, std::int64_t log_kib,
                                     std::shared_ptr<ManualClock> clock,
                                     std::optional<std::uint64_t> seed, std::optional<int> replica,
                                     const std::optional<std::string>& region,
                                     const py::object& log) {
    OpenOptions options = common_options(std::move(clock), seed, replica, region, log);
    options.durability = durability_from(durability);
    options.read_only = read_only;
    options.create = create;
    options.busy_timeout = milliseconds_from(busy_timeout);
    options.cache_kib = cache_kib;
    if (log_kib < 4) {
        throw Error(ErrorCode::invalid_argument, "log_kib is less than a page of the log");
    }
    options.log_kib = log_kib;
    const std::string name = path_from(path);
    const GilReleased released;
    return make_handle<CrmHandle>(Crm::open(name, options));
}

std::shared_ptr<CrmHandle> open_memory(std::shared_ptr<ManualClock> clock,
                                       std::optional<std::uint64_t> seed,
                                       std::optional<int> replica,
                                       const std::optional<std::string>& region,
                                       const py::object& log) {
    const OpenOptions options = common_options(std::move(clock), seed, replica, region, log);
    const GilReleased released;
    return make_handle<CrmHandle>(Crm::open_memory(options));
}

void close(CrmHandle& crm) {
    const GilReleased released;
    crm.close();
}

/// The user with an e-mail address, made when there is none.
py::object ensure_user(CrmHandle& crm, const std::string& name, const std::string& email) {
    const StructType& type = type_of(entity_of<User>());
    py::object made = make_struct(type);
    auto& user = *static_cast<User*>(struct_of(made).object());
    user.name = name;
    user.email = email;
    crm.system()->run([&](Session& session) {
        session.upsert(UpsertKey::fields({"email"}), user, UpsertPolicy::skip);
    });
    return made;
}

std::shared_ptr<SessionHandle> as_user(CrmHandle& crm, const py::object& user,
                                       const std::string& origin) {
    return crm.as_user(id_of(user, &entity_of<User>()), origin);
}

void bind_handle(py::class_<CrmHandle, std::shared_ptr<CrmHandle>>& type) {
    type.def("as_user", &as_user, py::arg("user"), py::kw_only(), py::arg("origin") = "",
             "A session in which a user acts, given by record or id. Its first change raises "
             "NotFound when there is no such user. The history says `origin` beside its changes.")
        .def("ensure_user", &ensure_user, py::arg("name"), py::arg("email"),
             "The user with this e-mail address, created when there is none.")
        .def("before_write", &before_write, py::arg("entity"), py::arg("function"),
             "Calls function(event) before each write of an entity (a class or a name; None for "
             "all), inside its transaction. It may change event.record; what it raises undoes the "
             "change and reaches the caller as it is. Returns a number for remove_hook(). The "
             "function is kept until then, or until the store is closed; where it refers to the "
             "store, so is the store.")
        .def("after_write", &after_write, py::arg("entity"), py::arg("function"),
             "Calls function(event) after each write, still inside its transaction.")
        .def("after_commit", &after_commit, py::arg("function"),
             "Calls function(entry) with each change once it is committed, in the order of the "
             "history, in the thread that committed it. What it raises goes to "
             "sys.unraisablehook.")
        .def(
            "remove_hook",
            [](CrmHandle& crm, std::uint64_t hook) {
                const GilReleased released;
                crm.remove_hook(hook);
            },
            py::arg("hook"), "Removes a hook by its number.")
        .def(
            "backup",
            [](CrmHandle& crm, const py::object& path) {
                const std::string name = path_from(path);
                const Crm store = crm.crm();
                const GilReleased released;
                store.backup(name);
            },
            py::arg("path"), "Copies the store as it is now to a file, while others go on writing.")
        .def(
            "checkpoint",
            [](CrmHandle& crm) {
                const Crm store = crm.crm();
                const GilReleased released;
                store.checkpoint();
            },
            "Copies what is committed from the log into the file, as far as readers allow; waits "
            "for nobody. For a thread of its own, every 20 ms or so while others write, with a "
            "log_kib of 65536 or so.")
        .def(
            "check_integrity",
            [](CrmHandle& crm) {
                const Crm store = crm.crm();
                const GilReleased released;
                return store.check_integrity();
            },
            "What is wrong with the stored data; empty when it is sound.")
        .def("close", &close,
             "Ends the store for all its sessions. The file is closed when they are gone too. "
             "Closing twice does nothing.")
        .def("__enter__", [](py::object self) { return self; })
        .def("__exit__", [](CrmHandle& crm, const py::args& /*exception*/) { close(crm); });
}

py::list history(const py::object& self, const py::object& record) {
    const Id id = id_of(record, nullptr);
    py::list out;
    for (const HistoryEntry& entry :
         session_of(self)->run([&](Session& session) { return session.history(id); })) {
        out.append(to_python(entry));
    }
    return out;
}

py::list changes_since(const py::object& self, std::int64_t position, std::size_t limit) {
    py::list out;
    for (const HistoryEntry& entry : session_of(self)->run(
             [&](Session& session) { return session.changes_since(position, limit); })) {
        out.append(to_python(entry));
    }
    return out;
}

/// The record that a link leads to.
py::object get_linked(const py::object& self, const Link& link) {
    return get_record(type_of(standard_registry().get(link.entity)), *session_of(self), link.id);
}

/// What can be done with a session, and with a Crm, whose session is that of the library itself.
template <typename Class>
void bind_session_methods(Class& type) {
    type.def(
            "transaction",
            [](const py::object& self) { return Transaction(session_of(self), false); },
            "For a with statement: what happens inside is kept together, or undone when it is "
            "left by an exception. Nests. Other threads wait for the session meanwhile.")
        .def(
            "read_transaction",
            [](const py::object& self) { return Transaction(session_of(self), true); },
            "For a with statement: several reads see one state of the store, and are faster.")
        .def("get", &get_linked, py::arg("link"), "The record that a Link leads to.")
        .def(
            "table",
            [](const py::object& self, const py::object& entity) {
                return py::getattr(self, to_str(entity_from(entity).plural));
            },
            py::arg("entity"), "The table of an entity, by class or name.")
        .def("history", &history, py::arg("record"),
             "What happened to a record (or id, or Link), oldest first.")
        .def("changes_since", &changes_since, py::arg("position"), py::arg("limit") = 1000,
             "What happened in the whole store from a position on.")
        .def(
            "undo",
            [](const py::object& self, std::int64_t position) {
                session_of(self)->run([&](Session& session) { session.undo(position); });
            },
            py::arg("position"),
            "Takes one change back by making its opposite. Raises Conflict, with a problem for "
            "each field that was changed again since.")
        .def(
            "now",
            [](const py::object& self) {
                return to_python(ValueView(
                    session_of(self)->run([](Session& session) { return session.now(); })));
            },
            "What the store's clock says.");
}

void set_step_budget(SessionHandle& session, std::int64_t steps) {
    if (steps < 0) {
        throw Error(ErrorCode::invalid_argument, "a budget of steps is negative");
    }
    session.run([steps](Session& open) { open.set_step_budget(steps); });
}

void bind_session(py::class_<SessionHandle, std::shared_ptr<SessionHandle>>& type) {
    type.def_property_readonly(
            "actor",
            [](SessionHandle& session) {
                return to_python(
                    ValueView(session.run([](Session& open) { return open.actor(); })));
            },
            "The id of the user who acts; None for the library itself.")
        .def(
            "cancel", [](const SessionHandle& session) { session.cancellation().cancel(); },
            "Ends what another thread reads, imports or exports in this session: that, and all "
            "that comes later, raises Cancelled until allow().")
        .def(
            "allow", [](const SessionHandle& session) { session.cancellation().allow(); },
            "Takes cancel() back.")
        .def_property(
            "step_budget",
            [](SessionHandle& session) {
                return session.run([](Session& open) { return open.step_budget(); });
            },
            &set_step_budget,
            "How many steps each read may take before it raises LimitExceeded; 0, the default, for "
            "any number. A step is the work on one row or so. For texts of queries that come from "
            "outside.");
}

void bind_clock(py::module_& module) {
    py::class_<ManualClock, std::shared_ptr<ManualClock>>(
        module, "ManualClock", "A clock that stands still until it is set: for tests and replays.",
        plain_class(), py::is_final())
        .def(py::init([](const py::object& start) {
                 return std::make_shared<ManualClock>(instant_from(start));
             }),
             py::arg("start"))
        .def(
            "set", [](ManualClock& clock, const py::object& at) { clock.set(instant_from(at)); },
            py::arg("at"), "Sets it to an aware datetime.")
        .def(
            "now", [](ManualClock& clock) { return to_python(ValueView(clock.now())); },
            "What it says.");
}

}  // namespace

std::shared_ptr<SessionHandle> session_of(py::handle crm_or_session) {
    if (py::isinstance<SessionHandle>(crm_or_session)) {
        return crm_or_session.cast<std::shared_ptr<SessionHandle>>();
    }
    return crm_or_session.cast<CrmHandle&>().system();
}

void bind_crm(py::module_& module) {
    bind_clock(module);
    bind_transactions(module);
    py::class_<SessionHandle, std::shared_ptr<SessionHandle>> session(
        module, "Session",
        "Someone acting in a store. Several threads may use it, one after the other; a session "
        "for each thread lets them read in parallel.",
        plain_class(), py::is_final());
    bind_session(session);
    bind_session_methods(session);
    py::class_<CrmHandle, std::shared_ptr<CrmHandle>> crm(
        module, "Crm",
        "An open store, which threads may share. Used directly, it acts as the library itself; "
        "as_user() gives a session in which a user acts. Close it, or use it in a with statement.",
        plain_class(), py::is_final());
    bind_handle(crm);
    bind_session_methods(crm);
    module.def(
        "open", &open_file, py::arg("path"), py::kw_only(), py::arg("durability") = "durable",
        py::arg("read_only") = false, py::arg("create") = true, py::arg("busy_timeout") = 5.0,
        py::arg("cache_kib") = 16 * 1024, py::arg("log_kib") = 4096, py::arg("clock") = py::none(),
        py::arg("seed") = py::none(), py::arg("replica") = py::none(),
        py::arg("region") = py::none(), py::arg("log") = py::none(),
        "Opens a store file, making or upgrading it as needed. `region` is the country whose phone "
        "numbers are written without its code, such as \"DE\"; the store remembers it.");
    module.def("open_memory", &open_memory, py::kw_only(), py::arg("clock") = py::none(),
               py::arg("seed") = py::none(), py::arg("replica") = py::none(),
               py::arg("region") = py::none(), py::arg("log") = py::none(),
               "A store in memory, gone when closed; for tests and scratch work.");
}

}  // namespace crmkit::python
