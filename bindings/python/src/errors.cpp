#include "errors.hpp"

#include <array>
#include <cstddef>
#include <new>
#include <utility>

#include "values.hpp"

namespace crmkit::python {

namespace {

/// The Python classes, found once at import and kept for as long as the process lives.
struct ExceptionClasses {
    std::array<PyObject*, error_codes.size()> by_code{};
    PyObject* base = nullptr;
    PyObject* unknown_field = nullptr;
    PyObject* problem = nullptr;
};

ExceptionClasses& classes() {
    static ExceptionClasses found;
    return found;
}

/// UTF-8 with every byte that is none replaced, for texts that only people read.
py::object shown_text(const std::string& text) {
    return py::reinterpret_steal<py::object>(
        PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

py::tuple to_tuple(const std::vector<Problem>& problems) {
    const py::handle make(classes().problem);
    py::tuple out(problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
        const Problem& problem = problems[i];
        out[i] =
            make(shown_text(problem.entity), shown_text(problem.field), shown_text(problem.value),
                 shown_text(problem.message), problem.line, problem.column);
    }
    return out;
}

py::object make_exception(PyObject* type, const Error& error) {
    return py::handle(type)(shown_text(error.message()), to_tuple(error.problems()));
}

void set_error(const py::object& exception) {
    PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
}

void set_standard_error(const std::exception& error) noexcept {
    PyErr_SetString(PyExc_RuntimeError, error.what());
}

/// Names the exception that is being handled, and sets its Python error.
void translate_current() {
    try {
        throw;
    } catch (const RaisedError& error) {
        set_error(error.exception().get());
    } catch (const UnknownFieldError& error) {
        set_error(make_exception(classes().unknown_field, error));
    } catch (const Error& error) {
        set_error(to_exception(error));
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::bad_alloc&) {
        set_error(to_exception(Error(ErrorCode::out_of_memory, "out of memory")));
    } catch (const std::exception& error) {
        set_standard_error(error);
    }
}

}  // namespace

void set_python_error() noexcept {
    try {
        translate_current();
    } catch (py::error_already_set& error) {  // what making the exception failed with
        error.restore();
    } catch (...) {
        PyErr_NoMemory();
    }
}

py::object to_exception(const Error& error) {
    return make_exception(classes().by_code[static_cast<std::size_t>(error.code())], error);
}

void rethrow_from_python(py::error_already_set& raised) {
    const py::object& exception = raised.value();
    if (!py::isinstance(exception, classes().base)) {
        throw std::move(raised);
    }
    const auto name = exception.attr("code").cast<std::string>();
    for (const auto& [code, code_name] : error_codes) {
        if (code_name == name) {
            throw RaisedError(code, readable_text(py::str(exception)), SharedObject(exception));
        }
    }
    throw std::move(raised);
}

void throw_problems(std::vector<Problem> problems, bool has_unknown_field) {
    if (problems.empty()) {
        return;
    }
    const Error error = Error::about(
        has_unknown_field ? ErrorCode::not_found : ErrorCode::validation, std::move(problems));
    if (has_unknown_field) {
        throw UnknownFieldError(error.code(), error.message(), error.problems());
    }
    throw error;
}

void load_exceptions(py::module_& module) {
    const auto errors = py::module_::import("crmkit.errors");
    const py::dict by_code = errors.attr("by_code");
    py::tuple names(error_codes.size() - 1);
    for (std::size_t i = 1; i < error_codes.size(); ++i) {
        names[i - 1] = py::str(error_codes[i].second.data(), error_codes[i].second.size());
        classes().by_code[i] = py::object(by_code[names[i - 1]]).release().ptr();
    }
    classes().by_code[0] = classes().by_code.back();  // "ok" is never thrown
    classes().base = errors.attr("Error").cast<py::object>().release().ptr();
    classes().unknown_field = errors.attr("UnknownField").cast<py::object>().release().ptr();
    classes().problem = errors.attr("Problem").cast<py::object>().release().ptr();
    module.attr("error_codes") = names;
    // NOLINTNEXTLINE: pybind11 gives the pointer by value
    py::register_exception_translator([](std::exception_ptr thrown) {
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const Error&) {
            set_python_error();
        } catch (const std::bad_alloc&) {
            set_python_error();
        }
    });
}

}  // namespace crmkit::python
