#include "hooks.hpp"

#include <string>
#include <utility>

#include "errors.hpp"
#include "history.hpp"
#include "session_handle.hpp"
#include "struct_object.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// A WriteEvent as Python sees it. The record is a copy, which a before-hook's event gives back.
struct Event {
    const WriteEvent* event;  ///< null once the hook has returned
    py::object record;

    [[nodiscard]] const WriteEvent& live() const {
        if (event == nullptr) {
            throw Error(ErrorCode::invalid_argument, "the hook of this event has returned");
        }
        return *event;
    }
};

py::object copy_of(const Entity& entity, const void* object) {
    py::object made = make_struct(type_of(entity));
    entity.copy(struct_of(made).object(), object);
    return made;
}

py::object before_of(const Event& event) {
    const WriteEvent& live = event.live();
    return live.before == nullptr ? py::object(py::none()) : copy_of(live.entity, live.before);
}

py::object session_of_event(const Event& event) {
    auto handle = SessionHandle::current(event.live().session);
    if (!handle) {
        throw Error(ErrorCode::unsupported, "this write comes from no session of Python's");
    }
    return py::cast(std::move(handle));
}

/// Calls a hook. What it raises goes on through the engine and comes out as the same object.
py::object call_hook(const py::object& function, const WriteEvent& event) {
    const auto seen =
        std::make_shared<Event>(Event{&event, copy_of(event.entity, event.after.object())});
    try {
        function(seen);
    } catch (py::error_already_set& raised) {
        seen->event = nullptr;
        rethrow_from_python(raised);
    }
    seen->event = nullptr;
    return seen->record;
}

std::string entity_name(const py::object& entity) {
    return entity.is_none() ? std::string() : std::string(entity_from(entity).name);
}

void require_callable(const py::object& function) {
    if (PyCallable_Check(function.ptr()) == 0) {
        throw py::type_error("a hook must be callable");
    }
}

/// Registers a hook without the GIL, which the engine's hook list must never wait for.
template <typename Register>
std::uint64_t keep(CrmHandle& crm, const SharedObject& function, Register add) {
    const GilReleased released;
    const HookId hook = add();
    crm.keep_hook(hook, function);
    return hook;
}

}  // namespace

std::uint64_t before_write(CrmHandle& crm, const py::object& entity, const py::object& function) {
    require_callable(function);
    const SharedObject shared(function);
    const std::string name = entity_name(entity);
    return keep(crm, shared, [&] {
        return crm.crm().before_write(name, [shared](WriteEvent& event) {
            const py::gil_scoped_acquire held;
            const py::object record = call_hook(shared.get(), event);
            event.entity.copy(event.after.object(), struct_of(record).object());
        });
    });
}

std::uint64_t after_write(CrmHandle& crm, const py::object& entity, const py::object& function) {
    require_callable(function);
    const SharedObject shared(function);
    const std::string name = entity_name(entity);
    return keep(crm, shared, [&] {
        return crm.crm().after_write(name, [shared](const WriteEvent& event) {
            const py::gil_scoped_acquire held;
            call_hook(shared.get(), event);
        });
    });
}

std::uint64_t after_commit(CrmHandle& crm, const py::object& function) {
    require_callable(function);
    const SharedObject shared(function);
    return keep(crm, shared, [&] {
        return crm.crm().after_commit([shared](const HistoryEntry& entry) {
            const py::gil_scoped_acquire held;
            try {
                shared.get()(to_python(entry));
            } catch (py::error_already_set& raised) {
                // The change is committed: nobody is left to whom it could be raised.
                raised.discard_as_unraisable(shared.get());
            }
        });
    });
}

void bind_events(py::module_& module) {
    py::class_<Event, std::shared_ptr<Event>>(
        module, "WriteEvent", "A change on its way into the store; valid while its hook runs.",
        plain_class(), py::is_final())
        .def_property_readonly("session", &session_of_event,
                               "Who acts. A hook may read and write with it: its writes are part "
                               "of the transaction.")
        .def_property_readonly(
            "entity", [](const Event& event) { return to_str(event.live().entity.name); },
            "The entity's name, such as \"account\".")
        .def_property_readonly(
            "kind", [](const Event& event) { return to_str(label_of(event.live().kind)); },
            "\"created\", \"updated\", \"deleted\" or \"restored\".")
        .def_property_readonly("before", &before_of,
                               "The record as it stands in the store; None for a create.")
        .def_property_readonly(
            "record", [](const Event& event) { return event.record; },
            "The record as it is going to be. What a before-hook changes in it is stored.");
}

}  // namespace crmkit::python
