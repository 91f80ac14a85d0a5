/// The extension module crmkit._crmkit: crmkit's C++ door for Python.
#include "arrow.hpp"
#include "crm.hpp"
#include "crmkit/version.hpp"
#include "errors.hpp"
#include "hooks.hpp"
#include "operations.hpp"
#include "query.hpp"
#include "struct_object.hpp"
#include "table.hpp"
#include "values.hpp"

PYBIND11_MODULE(_crmkit, module) {
    namespace python = crmkit::python;
    module.doc() = "The compiled part of crmkit. Import crmkit instead.";
    module.attr("version") = crmkit::library_version;
    python::load_exceptions(module);
    python::load_standard_library();
    python::bind_money(module);
    python::bind_link(module);
    python::bind_structs(module);
    python::bind_arrow(module);
    python::bind_queries(module);
    python::bind_events(module);
    python::bind_crm(module);
    python::bind_tables(module, module.attr("Session"), module.attr("Crm"));
    python::bind_operations(module, module.attr("Session"), module.attr("Crm"));
}
