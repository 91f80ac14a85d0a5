#include "crmkit/base/int128.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using crmkit::int128;
using crmkit::int128_max;
using crmkit::detail::PortableInt128;

namespace {

std::vector<std::int64_t> awkward_integers() {
    std::vector<std::int64_t> values{0,
                                     1,
                                     -1,
                                     2,
                                     -2,
                                     10,
                                     1'000'000'000,
                                     INT32_MAX,
                                     INT32_MIN,
                                     INT64_MAX,
                                     INT64_MIN,
                                     INT64_MAX - 1,
                                     INT64_MIN + 1};
    std::uint64_t state = 20'260'101;
    for (int i = 0; i < 40; ++i) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        values.push_back(static_cast<std::int64_t>(state) >> (i % 60));
    }
    return values;
}

/// The two agree when both halves do.
bool same(int128 expected, PortableInt128 portable) {
    const int128 two_to_32 = std::int64_t{1} << 32U;
    const PortableInt128 portable_two_to_32 = std::int64_t{1} << 32U;
    for (int i = 0; i < 4; ++i) {
        if (static_cast<std::uint32_t>(expected) != static_cast<std::uint32_t>(portable)) {
            return false;
        }
        expected = expected / two_to_32;
        portable = portable / portable_two_to_32;
    }
    return true;
}

}  // namespace

static_assert(PortableInt128(7) / PortableInt128(-2) == PortableInt128(-3));
static_assert(PortableInt128(-7) % PortableInt128(2) == PortableInt128(-1));
static_assert(int128_max() > int128(INT64_MAX));

TEST_CASE("the portable 128-bit integer computes what the compiler's does") {
    const auto values = awkward_integers();
    for (const std::int64_t a : values) {
        for (const std::int64_t b : values) {
            CAPTURE(a);
            CAPTURE(b);
            REQUIRE(same(int128(a) + int128(b), PortableInt128(a) + PortableInt128(b)));
            REQUIRE(same(int128(a) - int128(b), PortableInt128(a) - PortableInt128(b)));
            PortableInt128 changed = a;
            changed += b;
            changed *= b / 4;  // within 128 bits
            changed -= a;
            REQUIRE(same((int128(a) + int128(b)) * int128(b / 4) - int128(a), changed));
            const int128 product = int128(a) * int128(b);
            const PortableInt128 portable_product = PortableInt128(a) * PortableInt128(b);
            REQUIRE(same(product, portable_product));
            REQUIRE((int128(a) < int128(b)) == (PortableInt128(a) < PortableInt128(b)));
            REQUIRE((product < int128(b)) == (portable_product < PortableInt128(b)));
            if (b != 0) {
                REQUIRE(same(product / int128(7), portable_product / PortableInt128(7)));
                REQUIRE(same(product % int128(b), portable_product % PortableInt128(b)));
                REQUIRE(same((product + int128(a)) / int128(b),
                             (portable_product + PortableInt128(a)) / PortableInt128(b)));
            }
        }
    }
}

TEST_CASE("the largest 128-bit integer is 2^127 - 1") {
    CHECK(int128_max() / int128(INT64_MAX) / int128(INT64_MAX) == int128(2));
    CHECK(int128_max() % int128(2) == int128(1));
    const int128 power = (int128(1) + int128(INT64_MAX)) * (int128(1) + int128(INT64_MAX));
    CHECK(int128_max() - power == power - int128(1));
}
