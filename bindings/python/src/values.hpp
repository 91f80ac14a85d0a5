/// Values on the border: Python objects to crmkit's values and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/engine/parameter.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/schema/value.hpp"
#include "python.hpp"

namespace crmkit::python {

/// A str of UTF-8. Throws error_already_set (UnicodeDecodeError) for other bytes.
py::object to_str(std::string_view text);

/// None, str, int, Decimal, bool, Money, date, datetime, Link or list of str. An id is an int.
py::object to_python(const ValueView& value);

/// The Python object of JSON text, as json.loads() reads it.
py::object parse_json(std::string_view text);
/// The JSON text of a Python object; nothing when it has none, `why` then continues a sentence.
std::optional<std::string> format_json(py::handle object, std::string& why);

/// The value of a Python object: None, str, bool, int, Decimal, Money, date, aware datetime, Link,
/// a stored record (as a link to it), a list or tuple of str. Nothing for anything else; `why` then
/// continues a sentence about the object, such as "is a float: give a Decimal or a str".
std::optional<Value> to_value(py::handle object, std::string& why);

/// The UTF-8 of a str, borrowed from it; nothing when it has lone surrogates.
std::optional<std::string_view> utf8_of(py::handle text);

/// The text of a str that people read: what UTF-8 cannot hold is escaped.
std::string readable_text(py::handle text);

/// The text of an argument, which `what` names. Throws TypeError for what is no str, and
/// invalid_argument for one that has lone surrogates.
std::string text_argument(py::handle given, const std::string& what);

/// The number of an argument, which `what` names. Throws TypeError for what is no whole number, and
/// invalid_argument for one that does not fit in 64 bits.
std::int64_t integer_argument(py::handle given, const std::string& what);

/// A text for Problem::value that shows a Python object.
std::string shown_object(py::handle object);

/// The id that an argument stands for: an int, a stored record, or a Link. With an entity, records
/// and links of another one are refused. Throws validation.
Id id_of(py::handle object, const Entity* entity);

/// The path of a file, from a str, bytes or os.PathLike: its bytes as the system has them.
std::string path_from(py::handle path);
/// The str of bytes and of an os.PathLike, as os.fsdecode() gives it; anything else as it is.
py::object path_text(py::handle path);

/// Parameters of an expression from keywords. Throws validation for a value of no kind of ours.
class NamedValues {
  public:
    void add(py::handle name, py::handle value);
    /// Borrows; valid until the next add().
    [[nodiscard]] Parameters parameters() const;

  private:
    std::vector<std::pair<std::string, Value>> values_;
};

/// Finds the classes of the standard library that values become. Called once, at import.
void load_standard_library();

/// Adds Money and Link to the module.
void bind_money(py::module_& module);
void bind_link(py::module_& module);

}  // namespace crmkit::python
