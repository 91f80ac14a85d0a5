/// `Operation`: a named function of a session with a described input and a described result. From
/// its declaration come the C call, the Python method, and the reference page.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "crmkit/schema/structure.hpp"

namespace crmkit {

class Session;

/// One operation. `run` reads a struct of `input` and fills a constructed struct of `output`.
struct Operation {
    /// "module.verb_noun": "sales.win_opportunity".
    std::string_view name{};
    /// What it does and how it fails, for the reference and the docstrings.
    std::string_view help{};
    const Structure* input = nullptr;
    const Structure* output = nullptr;
    void (*run)(Session& session, const void* input, void* output) = nullptr;
    /// It tells how far it is; see Session::on_progress().
    bool has_progress = false;

    /// The same, telling how far it is.
    [[nodiscard]] constexpr Operation with_progress() const {
        Operation made = *this;
        made.has_progress = true;
        return made;
    }
};

namespace detail {

template <auto Function>
struct OperationOf;

template <typename Output, typename Input, Output (*Function)(Session&, const Input&)>
struct OperationOf<Function> {
    static constexpr Operation make(std::string_view name, std::string_view help) {
        return Operation{name,
                         help,
                         &structure_of<Input>(),
                         &structure_of<Output>(),
                         [](Session& session, const void* input, void* output) {
                             *static_cast<Output*>(output) =
                                 Function(session, *static_cast<const Input*>(input));
                         },
                         false};
    }
};

}  // namespace detail

/// Declares a function `Output f(Session&, const Input&)` of described structs as an operation.
template <auto Function>
constexpr Operation operation(std::string_view name, std::string_view help) {
    return detail::OperationOf<Function>::make(name, help);
}

/// Every operation of every module, in the order of modules and of declaration.
[[nodiscard]] const std::vector<const Operation*>& all_operations();

/// The operation with this name. Throws not_found, with the nearest known name.
[[nodiscard]] const Operation& operation_named(std::string_view name);

}  // namespace crmkit
