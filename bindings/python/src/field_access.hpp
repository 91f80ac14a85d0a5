/// Fields of a struct, read and written as Python values.
#pragma once

#include <functional>
#include <vector>

#include "struct_object.hpp"

namespace crmkit::python {

/// The Python value of a field.
py::object get_field(const StructObject& record, const Field& field);

/// Stores a Python value in a field and remembers that it was given. Adds the problem and returns
/// false when the field does not take it.
bool set_field(StructObject& record, const BoundField& field, py::handle value,
               std::vector<Problem>& problems);

/// Values that a caller gave by name, written into a struct with all problems collected.
class FieldWriter {
  public:
    explicit FieldWriter(StructObject& record) : record_(record) {}
    void set(py::handle name, py::handle value);
    /// Adds what else is wrong with the record, which is asked for when some of it is.
    using Others = std::function<void(std::vector<Problem>&)>;

    /// Throws UnknownField or validation with everything that was wrong; else does nothing. Without
    /// `add_others` the record is not looked at as a whole: what it lacks may be yet to come.
    void finish(const Others& add_others = {});

  private:
    void check_given();

    StructObject& record_;
    std::vector<Problem> problems_{};
    bool has_unknown_ = false;
};

/// The getter and setter of an attribute; the closure is its BoundField.
PyObject* get_attribute(PyObject* self, void* closure) noexcept;
int set_attribute(PyObject* self, PyObject* value, void* closure) noexcept;

/// The same for the fields that every record has, as attributes of the class Record; the closure is
/// the place of the field.
PyObject* get_header_attribute(PyObject* self, void* place) noexcept;
int set_header_attribute(PyObject* self, PyObject* value, void* place) noexcept;

}  // namespace crmkit::python
