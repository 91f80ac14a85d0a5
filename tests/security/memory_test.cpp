/// Inputs that are made to fill the memory: refused before they have taken 64 MiB of it.
#include <algorithm>
#include <fstream>
#include <optional>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "crmkit/exchange/exporter.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "exchange/csv_support.hpp"
#include "exchange/import_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using csv_support::Endless;

namespace {

constexpr std::int64_t mib = 1024;  // of the KiB that the system counts in
constexpr std::size_t gib = std::size_t{1} << 30U;

/// A line of /proc/self/status in KiB; nothing where the system has no such file.
std::optional<std::int64_t> status_kib(const std::string& name) {
    std::ifstream file("/proc/self/status");
    for (std::string word; file >> word;) {
        if (word == name + ":") {
            std::int64_t kib = 0;
            file >> kib;
            return kib;
        }
    }
    return std::nullopt;
}

/// Gives back what the heap keeps of earlier calls: it would hide what the next one takes.
void return_heap() {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

/// Runs `call` and gives how much memory it took at its peak, in KiB; nothing where that cannot be
/// told, as with a sanitizer, which keeps what was released.
template <typename Call>
std::optional<std::int64_t> peak_growth(Call call) {
    return_heap();
    std::ofstream("/proc/self/clear_refs") << "5";  // sets the peak to what is used now
    const auto before = status_kib("VmHWM");
    call();
    const auto after = status_kib("VmHWM");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return std::nullopt;
#else
    return before && after ? std::optional(*after - *before) : std::nullopt;
#endif
}

template <typename Call>
void check_bounded(ErrorCode code, Call call) {
    const auto growth = peak_growth([&] { CHECK(code_of(call) == code); });
    if (growth) {
        CHECK(*growth <= 64 * mib);
    }
}

constexpr std::string_view plan_of_bombs =
    R"({"entity": "contact", "columns": [{"column": "name", "field": "last_name"}]})";

/// The first GiB of something endless.
exchange::CallbackSource first_gib(Endless& endless) {
    return exchange::CallbackSource([&endless](char* out, std::size_t size) -> std::size_t {
        return endless.taken >= gib ? 0 : endless.read(out, size);
    });
}

}  // namespace

TEST_CASE("a CSV file of a million columns is refused in bounded memory") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* cell : {",", "x,", "\"\",", "\"a\"\"b\","}) {
        check_bounded(ErrorCode::limit, [&] {
            Endless columns("name", cell);
            exchange::run_import(me, exchange::plan_from_json(plan_of_bombs), columns);
        });
    }
}

TEST_CASE("a CSV line of a gigabyte is refused in bounded memory") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* body : {"x", "\"", "\"x", "\xFF", "\xC3\xA4"}) {
        check_bounded(ErrorCode::limit, [&] {
            Endless line("name\nGood\n", body);
            auto file = first_gib(line);
            exchange::run_import(me, exchange::plan_from_json(plan_of_bombs), file);
        });
    }
}

TEST_CASE("a line of a gigabyte in JSON Lines is refused in bounded memory") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    for (const char* body : {"x", "[", "{\"a\":", " "}) {
        check_bounded(ErrorCode::limit, [&] {
            Endless line(body, body);
            auto file = first_gib(line);
            exchange::import_jsonl(me, file);
        });
    }
}

TEST_CASE("ten thousand levels of JSON or of an expression are refused in bounded memory") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto levels = [](std::string_view open, std::string_view inside, std::string_view close) {
        std::string text;
        for (int i = 0; i < 10'000; ++i) {
            text += open;
        }
        text += inside;
        for (int i = 0; i < 10'000; ++i) {
            text += close;
        }
        return text;
    };
    const std::string array = levels("[", "", "]");
    check_bounded(ErrorCode::syntax, [&] { (void)record_from_json(entity_of<Account>(), array); });
    for (const std::string& json : {levels("{\"name\":", "1", "}"), "{\"name\":" + array + "}"}) {
        check_bounded(ErrorCode::limit,
                      [&] { (void)record_from_json(entity_of<Account>(), json); });
        check_bounded(ErrorCode::limit, [&] { (void)me.call("sales.win_rate", json); });
    }
    for (const std::string& text :
         {levels("(", "name = 'x'", ")"), levels("not ", "true", ""), levels("-", "1", ""),
          levels("name = 'x' or (", "true", ")"), levels("lower(", "name", ")"),
          levels("case when true then ", "1", " end"), levels("1 + ", "1", ""),
          levels("owner.", "name", "")}) {
        check_bounded(ErrorCode::expression, [&] { (void)me.query<Account>(text).all(); });
        check_bounded(ErrorCode::expression,
                      [&] { (void)me.aggregate<Account>("count() where " + text); });
    }
}
