/// Dates and instants: what is written reads back the same.
#include "crmkit/base/date.hpp"
#include "crmkit/base/instant.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    if (const auto date = Date::parse(input.rest())) {
        require(to_string(*date) == input.rest(), "a date has one spelling");
        require(*date >= Date::min() && *date <= Date::max(), "a date is within its range");
        require(Instant::start_of(*date).date() == *date, "a date is the one that it starts");
    }
    if (const auto instant = Instant::parse(input.rest())) {
        require(*instant >= Instant::min() && *instant <= Instant::max(),
                "an instant is within its range");
        require(Instant::parse(to_string(*instant)) == instant, "what is written reads back");
    }
    const Date any{static_cast<std::int32_t>(input.number(4))};
    const bool is_date = any >= Date::min() && any <= Date::max();
    require((Date::parse(to_string(any)) == any) == is_date, "every date in range has a spelling");
    const Instant at{static_cast<std::int64_t>(input.number(8))};
    const bool is_instant = at >= Instant::min() && at <= Instant::max();
    require((Instant::parse(to_string(at)) == at) == is_instant,
            "every instant in range has a spelling");
    return 0;
}
