/// Records from JSON: what is read can be written, and reads back the same.
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::require;

namespace {

void check_record(const Entity& entity, std::string_view text) {
    JsonReadOptions reading;
    reading.registry = &standard_registry();
    Record record(entity);
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
    Record again(entity);
    require(try_read_json(again, written, problems, reading) == ErrorCode::ok,
            "what is written can be read");
    require(to_json(again, writing) == written, "what is written reads back the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto& entities = standard_registry().entities();
    const Entity& entity = *entities[input.byte() % entities.size()];
    const bool is_value = !find_json_fault(input.rest());
    JsonScanner scanner(input.rest());
    std::string_view raw;
    require(!is_value || scanner.skip_value(raw), "a JSON value can be passed over");
    check_record(entity, input.rest());
    return 0;
}
