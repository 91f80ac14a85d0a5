/// Money, as Python sees it.
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <functional>
#include <string>
#include <vector>

#include "crmkit/base/money.hpp"
#include "crmkit/schema/value_text.hpp"
#include "errors.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// The exact text of an amount: an int, a str or a Decimal.
std::string amount_text(py::handle amount) {
    if (PyUnicode_Check(amount.ptr()) != 0) {
        return readable_text(amount);
    }
    std::string why;
    const auto value = to_value(amount, why);
    const ValueKind kind = value ? value->kind() : ValueKind::null;
    if (kind != ValueKind::integer && kind != ValueKind::decimal && kind != ValueKind::text) {
        throw Error::about(
            ErrorCode::validation,
            Problem{"money", "amount", shown_object(amount),
                    why.empty() ? "is not an amount: give a Decimal, an int or a str" : why});
    }
    return to_text(*value);
}

Money make_money(const py::object& amount, const std::string& currency) {
    return Money::of(amount_text(amount), currency);
}

py::object amount_of(const Money& money) {
    return py::module_::import("decimal").attr("Decimal")(decimal_text(money));
}

Money times(const Money& money, const py::object& factor) {
    std::string why;
    const auto value = to_value(factor, why);
    if (value && value->kind() == ValueKind::integer) {
        return scaled(money, value->view().integer(), 1);
    }
    if (value && value->kind() == ValueKind::decimal) {
        return scaled(money, value->view().decimal());
    }
    throw py::type_error("money can be multiplied by an int or a decimal.Decimal");
}

Decimal rate_from(const py::object& rate) {
    const auto value = Decimal::parse(amount_text(rate));
    if (!value) {
        throw Error::about(ErrorCode::validation, Problem{"money", "rate", shown_object(rate),
                                                          "is not a rate with nine decimals"});
    }
    return *value;
}

Currency currency_from(const std::string& code) {
    return Money::of("0", code).currency;  // which refuses an unknown one by name
}

std::partial_ordering ordering(const Money& a, const Money& b) {
    const auto order = compare(a, b);
    if (order == std::partial_ordering::unordered) {
        static_cast<void>(a + Money{0, b.currency});  // which says that the currencies differ
    }
    return order;
}

/// The start of sum(): 0 + money is the money.
Money add_to_number(const Money& money, const py::int_& number) {
    if (PyObject_IsTrue(number.ptr()) != 0) {
        throw py::type_error("money can be added to money only");
    }
    return money;
}

py::str format(const Money& money, const py::str& specification) {
    const py::object amount = py::reinterpret_steal<py::object>(
        PyObject_Format(amount_of(money).ptr(), specification.ptr()));
    if (!amount) {
        throw py::error_already_set();
    }
    return py::str("{} {}").format(amount, to_str(money.currency.code()));
}

void bind_arithmetic(py::class_<Money>& type) {
    type.def(py::self + py::self)
        .def(py::self - py::self)  // NOLINT: so pybind11 is told of operator-
        .def(-py::self)
        .def("__pos__", [](const Money& money) { return money; })
        .def("__abs__", [](const Money& money) { return money.is_negative() ? -money : money; })
        .def("__radd__", &add_to_number, py::is_operator())
        .def("__mul__", &times, py::is_operator())
        .def("__rmul__", &times, py::is_operator())
        .def(py::self == py::self)  // NOLINT: so pybind11 is told of operator==
        .def(
            "__lt__", [](const Money& a, const Money& b) { return ordering(a, b) < 0; },
            py::is_operator())
        .def(
            "__le__", [](const Money& a, const Money& b) { return ordering(a, b) <= 0; },
            py::is_operator())
        .def(
            "__gt__", [](const Money& a, const Money& b) { return ordering(a, b) > 0; },
            py::is_operator())
        .def(
            "__ge__", [](const Money& a, const Money& b) { return ordering(a, b) >= 0; },
            py::is_operator())
        .def("__hash__",
             [](const Money& money) {
                 return std::hash<std::int64_t>{}(money.minor_units) ^
                        std::hash<std::string_view>{}(money.currency.code());
             })
        .def("__bool__", [](const Money& money) { return !money.is_zero(); });
}

}  // namespace

void bind_money(py::module_& module) {
    py::class_<Money> type(module, "Money",
                           "An exact amount in one currency, immutable. Two currencies are never "
                           "added or compared.",
                           plain_class(), py::is_final());
    type.def(py::init(&make_money), py::arg("amount"), py::arg("currency"),
             "Of a Decimal, an int or a str, and an ISO 4217 code: Money(\"1200.00\", \"EUR\").");
    bind_arithmetic(type);
    type.def_static(
            "parse", [](const std::string& text) { return Money::parse(text); }, py::arg("text"),
            "Reads \"1200.00 EUR\" or \"EUR 1200.00\".")
        .def_property_readonly("amount", &amount_of, "The amount as a Decimal.")
        .def_property_readonly(
            "currency", [](const Money& money) { return to_str(money.currency.code()); },
            "The ISO 4217 code.")
        .def_property_readonly(
            "minor_units", [](const Money& money) { return money.minor_units; },
            "The amount in the currency's smallest unit, such as cents.")
        .def(
            "allocate",
            [](const Money& money, const std::vector<std::int64_t>& weights) {
                return allocate(money, weights);
            },
            py::arg("weights"),
            "Divides it in proportion to whole weights, so that the parts add up to it exactly.")
        .def(
            "converted",
            [](const Money& money, const std::string& currency, const py::object& rate) {
                return converted(money, currency_from(currency), rate_from(rate));
            },
            py::arg("currency"), py::arg("rate"),
            "The money in another currency, `rate` of it for one unit, rounded half to even.")
        .def("__str__", [](const Money& money) { return to_string(money); })
        .def("__repr__",
             [](const Money& money) {
                 return "Money('" + decimal_text(money) + "', '" +
                        std::string(money.currency.code()) + "')";
             })
        .def("__format__", &format, py::arg("specification"))
        .def("__reduce__", [](const Money& money) {
            return py::make_tuple(
                py::type::of<Money>(),
                py::make_tuple(decimal_text(money), to_str(money.currency.code())));
        });
}

}  // namespace crmkit::python
