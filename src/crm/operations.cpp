/// All operations of all modules, and calling them with JSON.
#include <string>
#include <utility>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/operation.hpp"
#include "crmkit/engine/operations.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/exchange/operations.hpp"
#include "crmkit/sales/operations.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "engine/record_problems.hpp"

namespace crmkit {

namespace {

/// The input of an operation from JSON. Throws syntax or limit when the text cannot be read, else
/// validation with all that is wrong with it.
Record read_input(const Structure& structure, std::string_view json,
                  const JsonReadOptions& options) {
    Record input(structure);
    std::vector<Problem> problems;
    const ErrorCode code = detail::read_new(input, json, problems, options);
    if (code == ErrorCode::ok || code == ErrorCode::validation) {
        std::vector<Problem> more;
        check_record(input, more);
        engine::add_problems_of_others(problems, std::move(more));
    }
    if (!problems.empty()) {
        throw Error::about(code == ErrorCode::ok ? ErrorCode::validation : code,
                           std::move(problems));
    }
    return input;
}

}  // namespace

const std::vector<const Operation*>& all_operations() {
    static const std::vector<const Operation*> all = [] {
        std::vector<const Operation*> found;
        found.reserve(engine::operations.size() + sales::operations.size() +
                      exchange::operations.size());
        for (const Operation& operation : engine::operations) {
            found.push_back(&operation);
        }
        for (const Operation& operation : sales::operations) {
            found.push_back(&operation);
        }
        for (const Operation& operation : exchange::operations) {
            found.push_back(&operation);
        }
        return found;
    }();
    return all;
}

const Operation& operation_named(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Operation* operation : all_operations()) {
        if (operation->name == name) {
            return *operation;
        }
        names.push_back(operation->name);
    }
    const std::string_view near = nearest(name, names);
    throw Error(ErrorCode::not_found,
                "no operation is called '" + shortened(name) + "'" +
                    (near.empty() ? "" : "; nearest is '" + std::string(near) + "'"));
}

std::string Session::call(std::string_view operation, std::string_view json) {
    state_->engine().check_open();
    const Operation& called = operation_named(operation);
    const Record input = read_input(*called.input, json, {.registry = &registry()});
    Record output(*called.output);
    called.run(*this, input.object(), output.object());
    return to_json(output, {.registry = &registry()});
}

}  // namespace crmkit
