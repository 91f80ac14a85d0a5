#include "operations.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/schema/check.hpp"
#include "errors.hpp"
#include "field_access.hpp"
#include "session_handle.hpp"
#include "struct_object.hpp"

namespace crmkit::python {

namespace {

/// The operations of one module in one session: what `me.sales` gives.
struct OperationModule {
    std::shared_ptr<SessionHandle> session;
};

/// What an operation's name has before its dot, and behind it: the module and the method.
std::string module_of(const Operation& operation) {
    return std::string(operation.name.substr(0, operation.name.find('.')));
}
std::string method_of(const Operation& operation) {
    return std::string(operation.name.substr(operation.name.find('.') + 1));
}

/// Writes the arguments of a call into the input. Throws validation with all that is wrong.
void fill_input(const Operation& operation, StructObject& input, const py::args& args,
                const py::kwargs& keywords) {
    const std::string method = method_of(operation);
    if (args.size() > 1) {
        throw py::type_error(method +
                             "() takes its first field by position and the others by keyword");
    }
    FieldWriter writer(input);
    if (!args.empty()) {
        if (input.type->fields.empty()) {
            throw py::type_error(method + "() takes no arguments");
        }
        const py::handle first(input.type->fields.front().name);
        if (keywords.contains(first)) {
            throw py::type_error(method + "() got its first field twice");
        }
        writer.set(first, args[0]);
    }
    for (const auto& [name, value] : keywords) {
        writer.set(name, value);
    }
    writer.finish();
    std::vector<Problem> problems;
    if (!check_record(input.view(), problems)) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
}

/// Lets a session tell how far it is while this lives.
class Telling {
  public:
    Telling(Session& session, ProgressCallback callback) : session_(session) {
        session_.on_progress(std::move(callback));
    }
    Telling(const Telling&) = delete;
    Telling& operator=(const Telling&) = delete;
    ~Telling() { session_.on_progress({}); }

  private:
    Session& session_;
};

/// Says when it is time to look at something that costs too much to be looked at each time.
class Interval {
  public:
    bool is_over() {
        const auto now = std::chrono::steady_clock::now();
        const bool over = now >= end_;
        if (over) {
            end_ = now + length;
        }
        return over;
    }

  private:
    static constexpr std::chrono::milliseconds length{100};
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + length;
};

/// Tells a Python function how far an operation is. False when it is to end.
bool tell_progress(const py::object& function, const Progress& at) {
    const py::object make = py::module_::import("crmkit.values").attr("Progress");
    const py::object total = at.total_bytes ? py::object(py::int_(*at.total_bytes)) : py::none();
    return !function(make(at.records, at.bytes, total)).is(py::bool_(false));
}

/// Runs an operation that says how far it is: to a Python function, unless that is None, and to the
/// handlers of signals, so that Ctrl-C ends it. What either raises comes out as it is.
void run_with_progress(const Operation& operation, SessionHandle& session, const void* given,
                       void* result, const py::object& function) {
    std::optional<py::error_already_set> raised;
    Interval since_signals;
    const auto tell = [&](const Progress& at) {
        if (function.is_none() && !since_signals.is_over()) {
            return true;  // another thread may have the GIL
        }
        const py::gil_scoped_acquire held;
        try {
            handle_signals();
            return function.is_none() || tell_progress(function, at);
        } catch (const py::error_already_set& error) {
            raised = error;
            return false;
        }
    };
    try {
        session.run([&](Session& open) {
            const Telling telling(open, tell);
            operation.run(open, given, result);
        });
    } catch (const Error&) {
        if (raised) {
            throw *raised;
        }
        throw;
    }
}

/// The function that `progress=` names; None where it was not given. It is no field of the input.
py::object take_progress(const Operation& operation, const py::kwargs& keywords) {
    if (!operation.has_progress) {
        return py::none();
    }
    py::object function = keywords.attr("pop")("progress", py::none());
    if (!function.is_none() && PyCallable_Check(function.ptr()) == 0) {
        throw py::type_error("progress must be callable");
    }
    return function;
}

py::object call(const Operation& operation, SessionHandle& session, const py::args& args,
                const py::kwargs& keywords) {
    const py::object progress = take_progress(operation, keywords);
    py::object input = make_struct(type_of(*operation.input));
    fill_input(operation, struct_of(input), args, keywords);
    py::object output = make_struct(type_of(*operation.output));
    const void* const given = struct_of(input).object();
    void* const result = struct_of(output).object();
    if (operation.has_progress) {
        run_with_progress(operation, session, given, result, progress);
    } else {
        session.run([&](Session& open) { operation.run(open, given, result); });
    }
    return output;
}

/// The parameters of a method, which Python's `inspect` and `help` read where a docstring begins
/// with them in this form. Defaults are literals there, as those of the declarations are.
std::string signature_of(const Operation& operation) {
    const StructType& input = type_of(*operation.input);
    const py::object fresh = make_struct(input);
    std::string parameters = "self";
    for (const BoundField& field : input.fields) {
        parameters += ", " + field.attribute;
        if (!field.field->is_required) {
            parameters += "=" + std::string(py::repr(get_field(struct_of(fresh), *field.field)));
        }
        if (field.index == 0 && (input.fields.size() > 1 || operation.has_progress)) {
            parameters += ", *";
        }
    }
    parameters += operation.has_progress ? ", progress=None" : "";
    return method_of(operation) + "(" + parameters + ")\n--\n\n";
}

/// What help() shows: its parameters, what it does, then its fields.
std::string doc_of(const Operation& operation) {
    std::string doc = signature_of(operation);
    doc += operation.help;
    doc += "\n";
    for (const BoundField& field : type_of(*operation.input).fields) {
        doc += "\n" + field.attribute + ": " + std::string(field.field->help);
    }
    if (operation.has_progress) {
        doc +=
            "\nprogress: Is called about every 1,000 records with a Progress; False, or what it "
            "raises, ends it.";
    }
    return doc + "\n\nReturns " + class_name_of(operation.output->name) + ": " +
           std::string(operation.output->help);
}

/// Adds the method of an operation to a class; `session_of_self` finds the session of an object.
template <typename SessionOfSelf>
void add_method(py::handle owner, const Operation& operation, SessionOfSelf session_of_self) {
    const std::string method = method_of(operation);
    const std::string doc = doc_of(operation);
    py::options options;
    options.disable_function_signatures();  // ours is better
    const py::cpp_function function(
        [&operation, session_of_self](const py::object& self, const py::args& args,
                                      const py::kwargs& keywords) {
            const auto session = session_of_self(self);
            return call(operation, *session, args, keywords);
        },
        py::name(method.c_str()), py::is_method(owner), py::doc(doc.c_str()));
    py::setattr(owner, method.c_str(), function);
}

py::object make_class(const std::string& name, const std::string& doc, py::module_& module) {
    const py::object base = module.attr("OperationModule");
    py::dict members;
    members["__module__"] = "crmkit";
    members["__doc__"] = doc;
    members["__slots__"] = py::tuple();
    const py::object type = py::module_::import("builtins").attr("type");
    py::object made = type(name, py::make_tuple(base), members);
    module.attr(name.c_str()) = made;
    return made;
}

void add_attribute(py::handle owner, const std::string& name, const py::object& made,
                   const std::string& doc) {
    const py::object property = py::module_::import("builtins").attr("property");
    const py::cpp_function getter(
        [made](const py::object& self) { return made(py::cast(session_of(self))); },
        py::is_method(owner), py::name(name.c_str()));
    py::setattr(owner, name.c_str(), property(getter, py::none(), py::none(), doc));
}

}  // namespace

std::vector<const Operation*> offered_operations() {
    std::vector<const Operation*> offered;
    for (const Operation* operation : all_operations()) {
        if (module_of(*operation) != "records") {
            offered.push_back(operation);
        }
    }
    return offered;
}

void bind_operations(py::module_& module, py::handle session_class, py::handle crm_class) {
    py::class_<OperationModule>(module, "OperationModule",
                                "Base of the classes whose methods are operations.", plain_class())
        .def(py::init([](std::shared_ptr<SessionHandle> session) {
                 return OperationModule{std::move(session)};
             }),
             py::arg("session"));
    const auto session_of_module = [](const py::object& self) {
        return self.cast<OperationModule&>().session;
    };
    std::map<std::string, py::object, std::less<>> made;
    for (const Operation* operation : offered_operations()) {
        const std::string name = module_of(*operation);
        if (name == "engine") {
            add_method(session_class, *operation, &session_of);
            add_method(crm_class, *operation, &session_of);
            continue;
        }
        if (made.count(name) == 0) {
            const std::string doc = "The operations of " + name + ".";
            const py::object type = make_class(class_name_of(name) + "Operations", doc, module);
            made.emplace(name, type);
            add_attribute(session_class, name, type, doc);
            add_attribute(crm_class, name, type, doc);
        }
        add_method(made.at(name), *operation, session_of_module);
    }
}

}  // namespace crmkit::python
