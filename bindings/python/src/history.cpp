#include "history.hpp"

#include <cstddef>

#include "values.hpp"

namespace crmkit::python {

py::object to_python(const HistoryEntry& entry) {
    const auto values = py::module_::import("crmkit.values");
    const py::object change = values.attr("FieldChange");
    py::tuple fields(entry.fields.size());
    for (std::size_t i = 0; i < entry.fields.size(); ++i) {
        const FieldChange& field = entry.fields[i];
        fields[i] = change(to_str(field.field), to_python(field.before.view()),
                           to_python(field.after.view()));
    }
    return values.attr("HistoryEntry")(entry.position, to_python(ValueView(entry.at)),
                                       to_python(ValueView(entry.actor)), to_str(entry.origin),
                                       entry.cause, to_str(entry.entity), entry.record.value,
                                       to_str(label_of(entry.kind)), entry.version, fields);
}

}  // namespace crmkit::python
