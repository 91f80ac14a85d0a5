#include "../../src/sales/kaplan_meier.hpp"

#include <doctest/doctest.h>

#include <vector>

using crmkit::sales::Duration;
using crmkit::sales::estimate_survival;

namespace {

std::vector<Duration> ended(const std::vector<std::int64_t>& seconds) {
    std::vector<Duration> durations;
    for (const std::int64_t each : seconds) {
        durations.push_back({each, true});
    }
    return durations;
}

}  // namespace

TEST_CASE("with nothing under way the estimates are the plain ones") {
    auto survival = estimate_survival(ended({4, 1, 3, 2}));
    CHECK(survival.mean == 3);  // 2.5, away from zero
    CHECK(survival.median == 2);
    CHECK(survival.p90 == 4);
    survival = estimate_survival(ended({10, 20, 40, 60, 90}));
    CHECK(survival.mean == 44);
    CHECK(survival.median == 40);
    std::vector<std::int64_t> ten;
    for (std::int64_t i = 1; i <= 10; ++i) {
        ten.push_back(i * 100);
    }
    survival = estimate_survival(ended(ten));
    CHECK(survival.mean == 550);
    CHECK(survival.median == 550);
    CHECK(survival.p90 == 950);
    survival = estimate_survival(ended({7}));
    CHECK(survival.mean == 7);
    CHECK(survival.median == 7);
    CHECK(survival.p90 == 7);
    CHECK(estimate_survival(ended({0, 0, 0})).median == 0);
}

TEST_CASE("the curve of the acute myelogenous leukaemia study is the published one") {
    // Miller, Survival Analysis (1981); medians 31 and 23 weeks, restricted means 52.6 (to 161)
    // and 22.7, as R's survival package prints them.
    const auto maintained = estimate_survival({{900, true},
                                               {1300, true},
                                               {1300, false},
                                               {1800, true},
                                               {2300, true},
                                               {2800, false},
                                               {3100, true},
                                               {3400, true},
                                               {4500, false},
                                               {4800, true},
                                               {16100, false}});
    CHECK(maintained.median == 3100);
    CHECK(maintained.mean.value_or(0) / 10 == 526);
    CHECK_FALSE(maintained.p90);
    const auto others = estimate_survival({{500, true},
                                           {500, true},
                                           {800, true},
                                           {800, true},
                                           {1200, true},
                                           {1600, false},
                                           {2300, true},
                                           {2700, true},
                                           {3000, true},
                                           {3300, true},
                                           {4300, true},
                                           {4500, true}});
    CHECK(others.median == 2300);
    CHECK(others.mean.value_or(0) / 10 == 227);
    CHECK(others.p90 == 4300);
}

TEST_CASE("nothing is estimated while nothing has ended") {
    CHECK_FALSE(estimate_survival({}).mean);
    const auto survival = estimate_survival({{5, false}, {9, false}});
    CHECK_FALSE(survival.mean);
    CHECK_FALSE(survival.median);
    CHECK_FALSE(survival.p90);
}

TEST_CASE("a long curve does not miss one half by rounding") {
    std::vector<std::int64_t> many;
    for (std::int64_t i = 1; i <= 100'000; ++i) {
        many.push_back(i * 2);
    }
    CHECK(estimate_survival(ended(many)).median == 100'001);
    CHECK(estimate_survival(ended(many)).p90 == 180'001);
}
