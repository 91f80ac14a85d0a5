/// What must hold of a store once the fault is over, whatever the fault was.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "crmkit/crm.hpp"
#include "crmkit/schema/search_text.hpp"
#include "fault/replay.hpp"
#include "fault/scenario.hpp"
#include "fault/soundness.hpp"

namespace crmkit::fault {

inline bool is_same(const HistoryEntry& one, const HistoryEntry& other) {
    return one.position == other.position && one.entity == other.entity &&
           one.record == other.record && one.kind == other.kind && one.version == other.version &&
           one.origin == other.origin;
}

inline std::string shown(const HistoryEntry& entry) {
    return "change " + std::to_string(entry.position) + " (" + entry.origin + ", " + entry.entity +
           " " + to_string(entry.record) + " version " + std::to_string(entry.version) + ")";
}

/// How many changes there are of which no hook told, though their operations ended well: there was
/// no memory for it.
inline std::size_t count_untold(const Scenario& run, const ChangeCounts& whole) {
    std::size_t untold = 0;
    for (const auto& [step, changes] : whole) {
        const auto told = run.changes().find(step);
        const bool has_failed =
            std::any_of(run.failures().begin(), run.failures().end(),
                        [step = std::string_view(step)](const Failure& failure) {
                            return failure.step == step;
                        });
        if (run.has_run(step) && !has_failed) {
            untold += changes - (told == run.changes().end() ? 0 : told->second);
        }
    }
    return untold;
}

/// What was stored before the scenario, what it was told is stored, and nothing else but an
/// operation that failed when all but the answer was done: of that, all.
inline Findings check_history(std::size_t before, const Scenario& run, const ChangeCounts& whole,
                              const std::vector<HistoryEntry>& stored) {
    Findings findings;
    for (const HistoryEntry& entry : run.acknowledged()) {
        const auto index = static_cast<std::size_t>(entry.position - 1);
        if (index >= stored.size() || !is_same(entry, stored[index])) {
            findings.push_back("acknowledged and lost: " + shown(entry));
        }
    }
    const std::size_t told = before + run.acknowledged().size() + count_untold(run, whole);
    const bool is_whole =
        stored.size() == told ||
        std::any_of(run.failures().begin(), run.failures().end(), [&](const Failure& failure) {
            const auto changes = whole.find(failure.step);
            return changes != whole.end() && changes->second + told == stored.size();
        });
    if (!is_whole) {
        findings.push_back("there are " + std::to_string(stored.size()) + " changes, and " +
                           std::to_string(told) + " were acknowledged");
    }
    return findings;
}

/// The first number of a block of FTS5: https://www.sqlite.org/fileformat2.html#varint, up to two
/// bytes of which are enough here.
inline std::int64_t first_number(const std::string& hexadecimal) {
    const auto byte = [&](std::size_t index) {
        return hexadecimal.size() < 2 * index + 2
                   ? 0
                   : std::stoll(hexadecimal.substr(2 * index, 2), nullptr, 16);
    };
    return byte(0) < 128 ? byte(0) : (byte(0) - 128) * 128 + byte(1);
}

/// The search index counts its rows, and takes one that is too few for damage when rows go. Row 1
/// of its data begins with that count.
inline Findings check_search_counts(Session& me, testing::Database& database) {
    Findings findings;
    for (const Entity* entity : me.registry().entities()) {
        if (!is_searchable(*entity)) {
            continue;
        }
        std::int64_t expected = 0;
        Record record(*entity);
        const auto stream = me.stream(*entity, "", {});
        while (stream->next(record.object())) {
            expected += search_text(*entity, record.object()).empty() ? 0 : 1;
        }
        const std::string index = std::string(entity->plural) + "_search";
        const auto rows = database.rows("SELECT hex(block) FROM " + index + "_data WHERE id = 1");
        const std::int64_t counted = rows.empty() ? 0 : first_number(*rows.begin());
        if (counted != expected) {
            findings.push_back(index + " counts " + std::to_string(counted) + " rows of " +
                               std::to_string(expected));
        }
    }
    return findings;
}

/// What a store holds when it is opened again.
struct Reopened {
    std::vector<HistoryEntry> history;
    Findings findings;
};

/// Opens the store as any process would, and checks everything that must hold in it by itself.
inline Reopened reopen(const std::string& path) {
    Reopened found;
    try {
        const Crm crm = Crm::open(path, options_of_a_run());
        Session me = crm.as_system();
        Replay replay;
        found.findings = replay.follow(me);
        found.history = replay.news();
        append(found.findings, replay.compare_all(me));
        append(found.findings, check_soundness(crm, path));
        testing::Database database(path);
        append(found.findings, check_search_counts(me, database));
    } catch (const std::exception& error) {
        found.findings.push_back(std::string("opened again: ") + error.what());
    }
    return found;
}

}  // namespace crmkit::fault
