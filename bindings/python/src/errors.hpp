/// crmkit::Error and the Python exceptions of crmkit.errors: one class for each code.
#pragma once

#include <string>
#include <vector>

#include "crmkit/base/error.hpp"
#include "python.hpp"

namespace crmkit::python {

/// An exception of crmkit's that Python code raised inside a call of the engine, such as a veto of
/// a hook. To C++ it is the Error that it stands for; on the way back to Python it is the same
/// object again.
class RaisedError final : public Error {
  public:
    RaisedError(ErrorCode code, std::string message, SharedObject exception)
        : Error(code, std::move(message)), exception_(std::move(exception)) {}
    [[nodiscard]] const SharedObject& exception() const { return exception_; }

  private:
    SharedObject exception_;
};

/// Thrown where a name that should be a field's is none.
class UnknownFieldError final : public Error {
  public:
    using Error::Error;
};

/// Throws the Python exception that is being handled on through C++.
[[noreturn]] void rethrow_from_python(py::error_already_set& raised);

/// The Python exception for an error.
py::object to_exception(const Error& error);

/// Throws Error(validation) when there are problems. With `unknown`, how many of them are about
/// fields that do not exist, Python raises UnknownField, which is a TypeError too.
void throw_problems(std::vector<Problem> problems, bool has_unknown_field = false);

/// Reads the classes of crmkit.errors; every code must have one. Called once, at import.
void load_exceptions(py::module_& module);

}  // namespace crmkit::python
