/// Records, and what goes into operations and comes out, from JSON: what is read can be written,
/// and reads back the same.
#include <vector>

#include "crmkit/engine/operation.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::require;

namespace {

/// All that JSON is read into. The entities come first, and operations may be added behind, so that
/// an input goes on to mean the same.
const std::vector<const Structure*>& structures() {
    static const std::vector<const Structure*> all = [] {
        const auto& entities = standard_registry().entities();
        std::vector<const Structure*> found(entities.begin(), entities.end());
        for (const Operation* operation : all_operations()) {
            found.push_back(operation->input);
            found.push_back(operation->output);
        }
        return found;
    }();
    return all;
}

void check_record(const Structure& structure, std::string_view text) {
    JsonReadOptions reading;
    reading.registry = &standard_registry();
    Record record(structure);
    std::vector<Problem> problems;
    const ErrorCode code = try_read_json(record, text, problems, reading);
    require((code == ErrorCode::ok) == problems.empty(), "a refusal has a reason");
    if (code != ErrorCode::ok) {
        require(
            code == ErrorCode::validation || code == ErrorCode::syntax || code == ErrorCode::limit,
            "a refusal has one of three codes");
        return;
    }
    JsonWriteOptions writing;
    writing.registry = &standard_registry();
    const std::string written = to_json(record, writing);
    require(!find_json_fault(written), "what is written is JSON");
    require(written.find('\n') == std::string::npos, "it is one line");
    Record again(structure);
    require(try_read_json(again, written, problems, reading) == ErrorCode::ok,
            "what is written can be read");
    require(to_json(again, writing) == written, "what is written reads back the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const Structure& structure = *structures()[input.byte() % structures().size()];
    const bool is_value = !find_json_fault(input.rest());
    JsonScanner scanner(input.rest());
    std::string_view raw;
    require(!is_value || scanner.skip_value(raw), "a JSON value can be passed over");
    check_record(structure, input.rest());
    return 0;
}
