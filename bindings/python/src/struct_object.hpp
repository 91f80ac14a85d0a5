/// `StructObject`: a described struct as a Python object, and the classes made from declarations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/packed_row.hpp"
#include "python.hpp"

namespace crmkit::python {

struct StructType;

/// A field with the class it belongs to: what an attribute's getter and setter need.
struct BoundField {
    const StructType* owner;
    const Field* field;
    std::size_t index;
    PyObject* name;         ///< interned
    std::string attribute;  ///< the name, with an underscore where Python has it for a keyword
};

/// The Python class of an entity, or of the input or result of an operation. Made at import and
/// kept for as long as the process lives.
struct StructType {
    const Structure* structure = nullptr;
    const Entity* entity = nullptr;  ///< null when it is no entity
    PyTypeObject* type = nullptr;
    std::string class_name{};
    std::string qualified_name{};
    std::string doc{};
    std::vector<BoundField> fields{};
    std::vector<int> columns{};  ///< of an entity: where each field begins in a packed row
    std::vector<PyGetSetDef> attributes{};
    PyObject* positions = nullptr;  ///< dict: name or attribute of a field → its place in `fields`

    /// The field of a keyword or key; null when there is none.
    [[nodiscard]] const BoundField* find(py::handle name) const;
};

/// One struct as a Python object. A record that was read is a packed row at first, in the memory of
/// the object behind this head: most of its fields are never looked at. It becomes a struct, with
/// the GIL only, when it is changed or something wants to see it as one.
struct StructObject {
    PyObject_HEAD const StructType* type;
    FieldSet touched;     ///< the fields that Python code gave a value since it was made or read
    mutable void* built;  ///< the struct; null while there is only the row

    /// The struct, made from the row if need be.
    [[nodiscard]] void* object() { return built == nullptr ? build() : built; }
    [[nodiscard]] const void* object() const { return built == nullptr ? build() : built; }
    [[nodiscard]] MutableRecordView view() { return {*type->structure, object()}; }
    [[nodiscard]] RecordView view() const { return {*type->structure, object()}; }
    /// The row, while there is no struct.
    [[nodiscard]] PackedRow row() const {
        return PackedRow(reinterpret_cast<const char*>(this) + sizeof(StructObject));
    }
    /// The id of a record; entities only.
    [[nodiscard]] Id id() const;

  private:
    void* build() const;
};

/// A new struct with its defaults, of the class itself or of a subclass of it.
py::object make_struct(const StructType& type, PyTypeObject* subclass = nullptr);
/// A record as it was read from a store.
py::object make_record(const StructType& type, const PackedRow& row);
/// A copy, of the same class, with what was touched.
py::object copy_struct(const StructObject& from);

/// Records that were read in one go, each made into an object when it is its turn.
class RecordBatch {
  public:
    explicit RecordBatch(const StructType& type) : type_(&type) {}

    /// Goes on with other packed rows; `rows` gets the memory of those before.
    void refill(std::string& rows) {
        rows_.swap(rows);
        at_ = 0;
        rows.clear();
    }
    [[nodiscard]] bool is_empty() const { return at_ == rows_.size(); }
    /// The next record. Only when it is not empty.
    py::object next() {
        const PackedRow row(rows_.data() + at_);
        at_ += row.bytes().size();
        return make_record(*type_, row);
    }

  private:
    const StructType* type_;
    std::string rows_{};
    std::size_t at_ = 0;
};

/// The struct of a Python object, or null when it is none.
StructObject* as_struct(py::handle object);
/// The struct of an object that is known to be one.
inline StructObject& struct_of(py::handle object) {
    return *reinterpret_cast<StructObject*>(object.ptr());
}

/// The class of a described struct. Throws internal when none was made for it.
const StructType& type_of(const Structure& structure);
/// The class that is or is derived from one of ours, or null.
const StructType* type_of(PyTypeObject* type);
/// The entity that a str ("account", "accounts") or a class means. Throws not_found.
const Entity& entity_from(py::handle name_or_class);

/// "win_opportunity" to "WinOpportunity".
std::string class_name_of(std::string_view snake_case);

/// Makes the class of every entity, and of every input and result of an operation.
void bind_structs(py::module_& module);

}  // namespace crmkit::python
