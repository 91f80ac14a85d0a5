#include "values.hpp"

#include <datetime.h>

#include <cstdint>
#include <limits>

#include "crmkit/base/money.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/value_text.hpp"
#include "errors.hpp"
#include "struct_object.hpp"

namespace crmkit::python {

namespace {

/// Found once at import and kept for as long as the process lives.
struct StandardLibrary {
    PyObject* decimal = nullptr;
    PyObject* loads = nullptr;
    PyObject* dumps = nullptr;
};

StandardLibrary& library() {
    static StandardLibrary found;
    return found;
}

py::object steal(PyObject* object) {
    if (object == nullptr) {
        throw py::error_already_set();
    }
    return py::reinterpret_steal<py::object>(object);
}

py::object to_decimal(const std::string& text) {
    const py::object digits = to_str(text);
    return steal(PyObject_CallOneArg(library().decimal, digits.ptr()));
}

py::object to_date(Date date) {
    return steal(
        PyDate_FromDate(date.year(), static_cast<int>(date.month()), static_cast<int>(date.day())));
}

py::object to_datetime(Instant instant) {
    const Date date = instant.date();
    const auto within =
        static_cast<std::int64_t>(instant.microseconds - Instant::start_of(date).microseconds);
    const auto seconds = static_cast<int>(within / Instant::per_second);
    const auto civil = date.civil();
    return steal(PyDateTimeAPI->DateTime_FromDateAndTime(
        static_cast<int>(civil.year()), static_cast<int>(static_cast<unsigned>(civil.month())),
        static_cast<int>(static_cast<unsigned>(civil.day())), seconds / 3600, seconds / 60 % 60,
        seconds % 60, static_cast<int>(within % Instant::per_second), PyDateTime_TimeZone_UTC,
        PyDateTimeAPI->DateTimeType));
}

py::object to_list(std::span<const std::string> items) {
    py::list out(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        out[i] = to_str(items[i]);
    }
    return out;
}

Date date_from(PyObject* date) {
    return Date(std::chrono::year(PyDateTime_GET_YEAR(date)) /
                std::chrono::month(static_cast<unsigned>(PyDateTime_GET_MONTH(date))) /
                std::chrono::day(static_cast<unsigned>(PyDateTime_GET_DAY(date))));
}

std::optional<Value> instant_from(py::handle datetime, std::string& why) {
    const py::object offset = datetime.attr("utcoffset")();
    if (offset.is_none()) {
        why = "has no time zone: give an aware datetime, such as one in datetime.timezone.utc";
        return std::nullopt;
    }
    PyObject* const civil = datetime.ptr();
    PyObject* const delta = offset.ptr();
    const std::int64_t east = (std::int64_t{PyDateTime_DELTA_GET_DAYS(delta)} * 86'400 +
                               PyDateTime_DELTA_GET_SECONDS(delta)) *
                                  Instant::per_second +
                              PyDateTime_DELTA_GET_MICROSECONDS(delta);
    const std::int64_t seconds =
        (std::int64_t{PyDateTime_DATE_GET_HOUR(civil)} * 60 + PyDateTime_DATE_GET_MINUTE(civil)) *
            60 +
        PyDateTime_DATE_GET_SECOND(civil);
    return Value(Instant{Instant::start_of(date_from(civil)).microseconds +
                         seconds * Instant::per_second + PyDateTime_DATE_GET_MICROSECOND(civil) -
                         east});
}

std::optional<Value> integer_from(PyObject* number, std::string& why) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow != 0) {
        why = "is a whole number that does not fit in 64 bits";
        return std::nullopt;
    }
    if (value == -1 && PyErr_Occurred() != nullptr) {
        throw py::error_already_set();
    }
    return Value(static_cast<std::int64_t>(value));
}

std::optional<Value> decimal_from(py::handle decimal, std::string& why) {
    const auto plain =
        py::reinterpret_steal<py::object>(PyObject_Format(decimal.ptr(), py::str("f").ptr()));
    PyErr_Clear();  // a NaN with a payload has no plain form
    const std::string_view text = plain ? utf8_of(plain).value_or("") : "";
    if (const auto value = Decimal::parse(text)) {
        return Value(*value);
    }
    constexpr std::size_t longest = 40;
    const bool is_number = !text.empty() && text.find_first_of("nN") == std::string_view::npos;
    if (is_number && text.size() < longest) {
        return Value(text);  // an amount of money may have more digits: its text says it exactly
    }
    why = "is not a number between -9223372036 and 9223372036 with at most nine decimals";
    return std::nullopt;
}

std::optional<Value> text_from(py::handle text, std::string& why) {
    const auto utf8 = utf8_of(text);
    if (!utf8) {
        why = "has a lone surrogate, so it is no text that UTF-8 could hold";
        return std::nullopt;
    }
    return Value(*utf8);
}

std::optional<Value> list_from(py::handle sequence, std::string& why) {
    std::vector<std::string> items;
    for (const py::handle item : py::reinterpret_borrow<py::sequence>(sequence)) {
        const auto utf8 = PyUnicode_Check(item.ptr()) != 0 ? utf8_of(item) : std::nullopt;
        if (!utf8) {
            why = "has an item, number " + std::to_string(items.size() + 1) + ", that is no text";
            return std::nullopt;
        }
        items.emplace_back(*utf8);
    }
    return Value(std::move(items));
}

std::optional<Value> record_link(const StructObject& record, std::string& why) {
    const Entity* const entity = record.type->entity;
    if (entity == nullptr) {
        why = "is no record";
        return std::nullopt;
    }
    const Id id = record.id();
    if (!id) {
        why = "is a record that is not stored yet: create it first";
        return std::nullopt;
    }
    return Value(Link{entity->number, id});
}

std::optional<Value> other_value(py::handle object, std::string& why) {
    if (const StructObject* record = as_struct(object)) {
        return record_link(*record, why);
    }
    if (py::isinstance<Money>(object)) {
        return Value(object.cast<Money>());
    }
    if (py::isinstance<Link>(object)) {
        return Value(object.cast<Link>());
    }
    if (py::isinstance(object, library().decimal)) {
        return decimal_from(object, why);
    }
    if (PyFloat_Check(object.ptr()) != 0) {
        why = "is a float, which is never exact: give a decimal.Decimal or a str";
        return std::nullopt;
    }
    if (PyIndex_Check(object.ptr()) != 0) {  // such as the integers of numpy
        return integer_from(steal(PyNumber_Index(object.ptr())).ptr(), why);
    }
    why = "is of type " + std::string(Py_TYPE(object.ptr())->tp_name) + ", which no field takes";
    return std::nullopt;
}

}  // namespace

py::object to_str(std::string_view text) {
    return steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

std::optional<std::string_view> utf8_of(py::handle text) {
    Py_ssize_t size = 0;
    const char* const utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
    if (utf8 == nullptr) {
        PyErr_Clear();
        return std::nullopt;
    }
    return std::string_view(utf8, static_cast<std::size_t>(size));
}

py::object to_python(const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
            return py::none();
        case ValueKind::text:
            return to_str(value.text());
        case ValueKind::integer:
            return steal(PyLong_FromLongLong(value.integer()));
        case ValueKind::decimal:
            return to_decimal(to_string(value.decimal()));
        case ValueKind::boolean:
            return py::bool_(value.boolean());
        case ValueKind::money:
            return py::cast(value.money());
        case ValueKind::date:
            return to_date(value.date());
        case ValueKind::instant:
            return to_datetime(value.instant());
        case ValueKind::id:
            return steal(PyLong_FromLongLong(value.id().value));
        case ValueKind::link:
            return py::cast(value.link());
        case ValueKind::text_list:
            return to_list(value.list());
    }
    return py::none();
}

py::object parse_json(std::string_view text) {
    const py::object argument = to_str(text);
    return steal(PyObject_CallOneArg(library().loads, argument.ptr()));
}

std::optional<std::string> format_json(py::handle object, std::string& why) {
    try {
        const py::object text = py::handle(library().dumps)(
            object, py::arg("ensure_ascii") = false, py::arg("allow_nan") = false,
            py::arg("separators") = py::make_tuple(",", ":"));
        if (const auto utf8 = utf8_of(text)) {
            return std::string(*utf8);
        }
        why = "has a lone surrogate, so it is no text that UTF-8 could hold";
    } catch (py::error_already_set& error) {
        if (!error.matches(PyExc_TypeError) && !error.matches(PyExc_ValueError) &&
            !error.matches(PyExc_RecursionError)) {
            throw;
        }
        why = "has no form in JSON: " + readable_text(py::str(error.value()));
    }
    return std::nullopt;
}

std::optional<Value> to_value(py::handle object, std::string& why) {
    PyObject* const raw = object.ptr();
    if (raw == Py_None) {
        return Value();
    }
    if (PyUnicode_Check(raw) != 0) {
        return text_from(object, why);
    }
    if (PyBool_Check(raw)) {
        return Value(raw == Py_True);
    }
    if (PyLong_Check(raw) != 0) {
        return integer_from(raw, why);
    }
    if (PyDateTime_Check(raw) != 0) {
        return instant_from(object, why);
    }
    if (PyDate_Check(raw) != 0) {
        return Value(date_from(raw));
    }
    if (PyList_Check(raw) != 0 || PyTuple_Check(raw) != 0) {
        return list_from(object, why);
    }
    return other_value(object, why);
}

std::string shown_object(py::handle object) {
    const auto text = py::reinterpret_steal<py::object>(PyUnicode_Check(object.ptr()) != 0
                                                            ? PyObject_Str(object.ptr())
                                                            : PyObject_Repr(object.ptr()));
    if (!text) {
        PyErr_Clear();
        return Py_TYPE(object.ptr())->tp_name;
    }
    return detail::shown(readable_text(text));
}

std::string readable_text(py::handle text) {
    return static_cast<std::string>(py::reinterpret_borrow<py::bytes>(
        steal(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"))));
}

std::string text_argument(py::handle given, const std::string& what) {
    if (PyUnicode_Check(given.ptr()) == 0) {
        throw py::type_error(what + " is not a str");
    }
    const auto utf8 = utf8_of(given);
    if (!utf8) {
        throw Error(ErrorCode::invalid_argument,
                    what + " '" + shown_object(given) +
                        "' has a lone surrogate, so it is no text that UTF-8 could hold");
    }
    return std::string(*utf8);
}

std::int64_t integer_argument(py::handle given, const std::string& what) {
    if (PyIndex_Check(given.ptr()) == 0) {
        throw py::type_error(what + " is not an int");
    }
    std::string why;
    const auto value = integer_from(steal(PyNumber_Index(given.ptr())).ptr(), why);
    if (!value) {
        throw Error(ErrorCode::invalid_argument, what + " " + shown_object(given) + " " + why);
    }
    return value->view().integer();
}

Id id_of(py::handle object, const Entity* entity) {
    const std::string name = entity == nullptr ? std::string() : std::string(entity->name);
    std::string why;
    const auto value = PyUnicode_Check(object.ptr()) != 0 ? std::nullopt : to_value(object, why);
    const auto fail = [&](std::string message) -> Error {
        return Error::about(ErrorCode::validation,
                            Problem{name, "id", shown_object(object), std::move(message)});
    };
    if (value && value->kind() == ValueKind::integer) {
        return Id{value->view().integer()};
    }
    if (value && value->kind() == ValueKind::link) {
        const Link link = value->view().link();
        if (entity != nullptr && link.entity != entity->number) {
            throw fail("is of another entity, not of " + name);
        }
        return link.id;
    }
    throw fail(why.empty() ? "is not an id: give an int, a record or a Link" : std::move(why));
}

std::string path_from(py::handle path) {
    return py::module_::import("os").attr("fsencode")(path).cast<std::string>();
}

py::object path_text(py::handle path) {
    const py::handle type(reinterpret_cast<PyObject*>(Py_TYPE(path.ptr())));
    if (PyBytes_Check(path.ptr()) == 0 && !py::hasattr(type, "__fspath__")) {
        return py::reinterpret_borrow<py::object>(path);
    }
    return py::module_::import("os").attr("fsdecode")(path);
}

void NamedValues::add(py::handle name, py::handle value) {
    std::string why;
    auto converted = to_value(value, why);
    const auto text = utf8_of(name);
    if (!converted || !text) {
        throw Error::about(ErrorCode::validation,
                           Problem{{}, ":" + shown_object(name), shown_object(value), why});
    }
    values_.emplace_back(*text, std::move(*converted));
}

Parameters NamedValues::parameters() const {
    Parameters out;
    out.reserve(values_.size());
    for (const auto& [name, value] : values_) {
        out.emplace_back(name, value);
    }
    return out;
}

void load_standard_library() {
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == nullptr) {
        throw py::error_already_set();
    }
    const auto json = py::module_::import("json");
    library().decimal = py::object(py::module_::import("decimal").attr("Decimal")).release().ptr();
    library().loads = py::object(json.attr("loads")).release().ptr();
    library().dumps = py::object(json.attr("dumps")).release().ptr();
}

}  // namespace crmkit::python
