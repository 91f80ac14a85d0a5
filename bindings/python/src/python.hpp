/// What every file of the extension module shares: pybind11, and how C++ work is run for Python.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>

namespace crmkit::python {

namespace py = pybind11;

/// Sets the Python error for the C++ exception that is being handled: crmkit's errors become the
/// class of their code, what a Python hook raised becomes the same exception object again.
void set_python_error() noexcept;

/// Runs the body of a function of the C API: what it throws becomes the Python error, and null is
/// returned.
template <typename Body>
PyObject* guarded(Body&& body) noexcept {
    try {
        return std::forward<Body>(body)().release().ptr();
    } catch (...) {
        set_python_error();
        return nullptr;
    }
}

/// guarded() for the slots that return 0, or -1 with a Python error.
template <typename Body>
int guarded_status(Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
        return 0;
    } catch (...) {
        set_python_error();
        return -1;
    }
}

/// The arguments of a METH_FASTCALL | METH_KEYWORDS function.
struct Arguments {
    PyObject* const* values;
    Py_ssize_t positional;
    PyObject* names;  ///< a tuple of str, or null

    [[nodiscard]] Py_ssize_t named() const {
        return names == nullptr ? 0 : PyTuple_GET_SIZE(names);
    }
    [[nodiscard]] PyObject* name(Py_ssize_t index) const { return PyTuple_GET_ITEM(names, index); }
    [[nodiscard]] PyObject* named_value(Py_ssize_t index) const {
        return values[positional + index];
    }
};

/// A C function of Python's fast calling convention around `Function(self, arguments)`.
template <py::object (*Function)(PyObject*, const Arguments&)>
PyObject* fast_method(PyObject* self, PyObject* const* values, Py_ssize_t count,
                      PyObject* names) noexcept {
    return guarded([&] { return Function(self, Arguments{values, count, names}); });
}

/// The row of a method table for fast_method<Function>.
template <py::object (*Function)(PyObject*, const Arguments&)>
PyMethodDef fast_method_def(const char* name, const char* doc) {
    // PyMethodDef holds every calling convention in one type; the flags say which it is.
    auto* const function = reinterpret_cast<void (*)()>(&fast_method<Function>);
    return {name, reinterpret_cast<PyCFunction>(function), METH_FASTCALL | METH_KEYWORDS, doc};
}

/// For py::class_: a class of the plain metaclass, as others see it. Not for classes that Python
/// code derives from and whose __init__ it might forget.
inline py::metaclass plain_class() {
    return py::metaclass(reinterpret_cast<PyObject*>(&PyType_Type));
}

/// Lets other Python threads run while it lives. Does nothing in a thread that they do not wait
/// for.
class GilReleased {
  public:
    GilReleased() {
        if (Py_IsInitialized() != 0 && PyGILState_Check() != 0) {
            state_ = PyEval_SaveThread();
        }
    }
    GilReleased(const GilReleased&) = delete;
    GilReleased& operator=(const GilReleased&) = delete;
    ~GilReleased() {
        if (state_ != nullptr) {
            PyEval_RestoreThread(state_);
        }
    }

  private:
    PyThreadState* state_ = nullptr;
};

/// Lets Python handle signals, in its main thread; throws what a handler raises, such as
/// KeyboardInterrupt for Ctrl-C. With the GIL only.
inline void handle_signals() {
    if (PyErr_CheckSignals() != 0) {
        throw py::error_already_set();
    }
}

/// A Python object that C++ may copy and drop in any thread, with the GIL or without.
class SharedObject {
  public:
    SharedObject() = default;
    explicit SharedObject(py::object object)
        : object_(object.release().ptr(), [](PyObject* last) {
              if (Py_IsInitialized() != 0) {
                  const py::gil_scoped_acquire held;
                  Py_DECREF(last);
              }
          }) {}
    /// A new reference; with the GIL only.
    [[nodiscard]] py::object get() const {
        return py::reinterpret_borrow<py::object>(object_.get());
    }

  private:
    std::shared_ptr<PyObject> object_;
};

}  // namespace crmkit::python
