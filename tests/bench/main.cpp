/// The figures of crmkit beside those of hand-written C on the same file, as a table in Markdown.
/// Ends with 1 when a figure misses its target by half.
///
///     crmkit_bench [--quick | --long] [GROUP ...]
///     crmkit_bench --peak-of WORK FOLDER     (see memory_bench.hpp)
#include <cstdio>
#include <cstring>
#include <exception>
#include <set>
#include <string>

#include "bench.hpp"
#include "memory_bench.hpp"

namespace {

using crmkit::bench::Bench;

struct Group {
    const char* name;
    void (*run)(Bench&);
};

constexpr Group groups[] = {
    // clang-format off
    {"read", crmkit::bench::bench_reads},
    {"query", crmkit::bench::bench_queries},
    {"write", crmkit::bench::bench_writes},
    {"c", crmkit::bench::bench_c},
    {"commit", crmkit::bench::bench_commits},
    {"exchange", crmkit::bench::bench_exchange},
    {"pipeline", crmkit::bench::bench_pipeline},
    {"search", crmkit::bench::bench_search},
    {"growth", crmkit::bench::bench_growth},
    // After growth, since it fills up an account of the store that all share.
    {"customer", crmkit::bench::bench_customer},
    {"memory", crmkit::bench::bench_memory},
    {"bombs", crmkit::bench::bench_bombs},
    // clang-format on
};

bool is_group(const std::string& name) {
    for (const Group& group : groups) {
        if (name == group.name) {
            return true;
        }
    }
    return false;
}

int usage() {
    std::fprintf(stderr, "usage: crmkit_bench [--quick | --long] [GROUP ...]\ngroups:");
    for (const Group& group : groups) {
        std::fprintf(stderr, " %s", group.name);
    }
    std::fprintf(stderr, "\n");
    return 2;
}

int run(crmkit::bench::Extent extent, const std::set<std::string>& wanted) {
    crmkit::bench::Table table;
    Bench bench(extent, table);
    for (const Group& group : groups) {
        if (wanted.empty() || wanted.count(group.name) != 0) {
            group.run(bench);
        }
    }
    return table.any_missed() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    auto extent = crmkit::bench::Extent::whole;
    std::set<std::string> wanted;
    const bool is_part = argc == 4 && std::strcmp(argv[1], "--peak-of") == 0;
    for (int i = 1; i < argc && !is_part; ++i) {
        if (std::strcmp(argv[i], "--quick") == 0) {
            extent = crmkit::bench::Extent::quick;
        } else if (std::strcmp(argv[i], "--long") == 0) {
            extent = crmkit::bench::Extent::full;
        } else if (is_group(argv[i])) {
            wanted.insert(argv[i]);
        } else {
            return usage();
        }
    }
    try {
        if (is_part) {
            return crmkit::bench::print_peak_of(argv[2], argv[3]);
        }
        return run(extent, wanted);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
