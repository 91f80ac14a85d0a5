/// Link, as Python sees it: a reference to a record of any entity.
#include <pybind11/operators.h>

#include <functional>
#include <string>

#include "crmkit/model/registry.hpp"
#include "errors.hpp"
#include "struct_object.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

Link make_link(const py::object& entity, const py::object& id) {
    const Entity& target = entity_from(entity);
    const Id record = id_of(id, &target);
    if (record.value <= 0) {
        throw Error::about(ErrorCode::validation,
                           Problem{std::string(target.name), "id", std::to_string(record.value),
                                   "is not an id: ids are positive"});
    }
    return Link{target.number, record};
}

Link link_to(const py::object& record) {
    std::string why;
    const auto value = to_value(record, why);
    if (!value || value->kind() != ValueKind::link) {
        throw Error::about(
            ErrorCode::validation,
            Problem{"link", {}, shown_object(record), why.empty() ? "is no record" : why});
    }
    return value->view().link();
}

std::string_view entity_name(const Link& link) { return standard_registry().get(link.entity).name; }

}  // namespace

void bind_link(py::module_& module) {
    py::class_<Link>(module, "Link",
                     "A reference to a record of any entity, immutable. A record can be given "
                     "wherever a Link is expected.",
                     plain_class(), py::is_final())
        .def(py::init(&make_link), py::arg("entity"), py::arg("id"),
             "Of an entity, by class or name, and an id.")
        .def_static("to", &link_to, py::arg("record"), "A reference to a stored record.")
        .def_property_readonly(
            "entity", [](const Link& link) { return to_str(entity_name(link)); },
            "The entity's name, such as \"account\".")
        .def_property_readonly(
            "id", [](const Link& link) { return link.id.value; }, "The id of the record.")
        .def(py::self == py::self)  // NOLINT: so pybind11 is told of operator==
        .def("__hash__",
             [](const Link& link) { return std::hash<Id>{}(link.id) * 31U + link.entity; })
        .def("__str__",
             [](const Link& link) {
                 return std::string(entity_name(link)) + "/" + to_string(link.id);
             })
        .def("__repr__",
             [](const Link& link) {
                 return "Link('" + std::string(entity_name(link)) + "', " + to_string(link.id) +
                        ")";
             })
        .def("__reduce__", [](const Link& link) {
            return py::make_tuple(py::type::of<Link>(),
                                  py::make_tuple(to_str(entity_name(link)), link.id.value));
        });
}

}  // namespace crmkit::python
