/// JSON Lines: any bytes are restored or refused; what was restored is exported, and restored again
/// to the same.
#include <string>

#include "crmkit/crm.hpp"
#include "crmkit/exchange/exporter.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using namespace crmkit::exchange;
using fuzz::require;

namespace {

/// In front of an input that is to get further than the first line.
constexpr std::string_view first_line =
    R"({"crmkit":"0.1.0","format":1,"exported_at":"2026-01-05T09:00:00Z","currency":"EUR"})"
    "\n";

OpenOptions options() {
    OpenOptions options;
    options.clock = std::make_shared<ManualClock>(*Instant::parse("2026-11-21T09:00:00Z"));
    options.seed = 1;
    return options;
}

/// Restores a file, and gives back what the whole store is then exported as.
std::string restore(Session& session, std::string_view file) {
    MemorySource source(file);
    import_jsonl(session, source);
    std::string exported;
    StringSink sink(exported);
    export_jsonl(session, {.include_deleted = true}, sink);
    return exported;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const bool is_headed = input.byte() % 2 == 0;
    const std::string file = std::string(is_headed ? first_line : "").append(input.rest());
    static Crm crm = Crm::open_memory(options());
    static Session me = crm.as_system();
    std::string restored;
    const bool is_restored = fuzz::is_accepted([&] {
        const TransactionScope dropped = me.transaction();
        restored = restore(me, file);
    });
    if (is_restored) {
        const TransactionScope dropped = me.transaction();
        require(restore(me, restored) == restored, "what was exported is restored to the same");
    }
    return 0;
}
