/// Arguments of fast functions, taken one by one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors.hpp"
#include "python.hpp"
#include "values.hpp"

namespace crmkit::python {

/// Takes the options of a call out of its keywords; what is left are names of fields.
class Call {
  public:
    Call(const char* function, const Arguments& arguments)
        : function_(function),
          arguments_(arguments),
          taken_(static_cast<std::size_t>(arguments.named()), false) {}

    /// The one positional argument; null when there is none. Throws TypeError for more.
    [[nodiscard]] py::handle first() const {
        if (arguments_.positional > 1) {
            throw py::type_error(std::string(function_) + " takes one positional argument, " +
                                 std::to_string(arguments_.positional) + " were given");
        }
        return arguments_.positional == 1 ? py::handle(arguments_.values[0]) : py::handle();
    }
    /// As first(), and it must be there.
    [[nodiscard]] py::handle needed(const char* name) {
        const py::handle found = first();
        if (found) {
            return found;
        }
        const py::handle by_name = option(name);
        if (!by_name) {
            throw py::type_error(std::string(function_) + " needs an argument: " + name);
        }
        return by_name;
    }
    /// The value of a keyword; null when it was not given.
    py::handle option(const char* name) {
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            const auto at = static_cast<Py_ssize_t>(i);
            if (PyUnicode_CompareWithASCIIString(arguments_.name(at), name) == 0) {
                taken_[i] = true;
                return arguments_.named_value(at);
            }
        }
        return {};
    }
    /// The text of a keyword, or what stands for it when it was not given.
    std::string text_option(const char* name, std::string_view otherwise) {
        const py::handle given = option(name);
        if (!given || given.is_none()) {
            return std::string(otherwise);
        }
        return text_argument(given, std::string(function_) + ": " + name);
    }
    /// Which of some labels a keyword is; the first when it was not given.
    std::size_t label_option(const char* name, std::initializer_list<std::string_view> labels) {
        const std::string given = text_option(name, *labels.begin());
        std::string known;
        std::size_t index = 0;
        for (const std::string_view label : labels) {
            if (label == given) {
                return index;
            }
            known += (index++ == 0 ? "" : ", ") + std::string(label);
        }
        throw Error(ErrorCode::invalid_argument, std::string(function_) + ": " + name + " '" +
                                                     shortened(given) + "' is not one of " + known);
    }
    /// Calls visit(name, value) for every keyword that was not taken.
    template <typename Visit>
    void for_each_left(Visit visit) const {
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            const auto at = static_cast<Py_ssize_t>(i);
            if (!taken_[i]) {
                visit(py::handle(arguments_.name(at)), py::handle(arguments_.named_value(at)));
            }
        }
    }
    /// Throws TypeError when a keyword was not taken.
    void finish() const {
        for_each_left([this](py::handle name, py::handle) {
            throw py::type_error(std::string(function_) + " got an unexpected keyword argument '" +
                                 shown_object(name) + "'");
        });
    }

  private:
    const char* function_;
    const Arguments& arguments_;
    std::vector<bool> taken_;
};

}  // namespace crmkit::python
