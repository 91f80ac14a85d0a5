/// Whether what the store derives from its records agrees with them: the search index, the
/// timelines, the stays in stages; and whether the file itself is whole.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "../../src/engine/session_state.hpp"
#include "../../src/engine/timeline_rules.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/schema/search_text.hpp"
#include "fault/replay.hpp"
#include "old_store.hpp"

namespace crmkit::fault {

using Rows = std::multiset<std::string>;

/// What is in one of two lists and not in the other, at most a few of each.
inline Findings differences(std::string_view what, const Rows& stored, const Rows& expected) {
    Findings findings;
    const auto list = [&](const Rows& here, const Rows& there, std::string_view how) {
        Rows only;
        std::set_difference(here.begin(), here.end(), there.begin(), there.end(),
                            std::inserter(only, only.end()));
        for (auto row = only.begin(); row != only.end() && findings.size() < 10; ++row) {
            findings.push_back(std::string(what) + " " + std::string(how) + " " + *row);
        }
    };
    list(stored, expected, "holds, and should not,");
    list(expected, stored, "misses");
    return findings;
}

/// The words of every live record are in the search index, and no others.
inline Findings check_search(Session& me, testing::Database& database) {
    Findings findings;
    for (const Entity* entity : me.registry().entities()) {
        if (!is_searchable(*entity)) {
            continue;
        }
        Rows expected;
        Record record(*entity);
        const auto stream = me.stream(*entity, "", {});
        while (stream->next(record.object())) {
            const std::string id = std::to_string(header_of(record).id().value);
            std::set<std::string> words;
            for_each_word(search_text(*entity, record.object()),
                          [&words](std::string_view word) { words.emplace(word); });
            for (const std::string& word : words) {
                expected.insert(word + "|" + id + "|");
            }
        }
        const std::string index = std::string(entity->plural) + "_search";
        database.run("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, '" + index +
                     "', instance)");
        append(findings,
               differences(index, database.rows("SELECT term, doc FROM vocabulary"), expected));
        database.run("DROP TABLE temp.vocabulary");
    }
    return findings;
}

/// The stored timelines equal what the records ask for.
inline Findings check_timelines(Session& me, testing::Database& database) {
    const TransactionScope transaction = me.transaction();
    Rows expected;
    for (const TimelineEntry& entry : engine::recomputed_timeline(me.state())) {
        std::string row;
        for (const std::int64_t number :
             {entry.party.value, entry.event.at.microseconds, entry.event.record.value,
              std::int64_t{entry.event.kind}, entry.via.value, std::int64_t{entry.entity}}) {
            row += std::to_string(number) + "|";
        }
        expected.insert(row);
    }
    return differences("the timeline",
                       database.rows("SELECT party, at, record, kind, via, entity FROM timeline"),
                       expected);
}

/// Each opportunity has one stay that lasts, in the stage that it is in.
inline Findings check_stays(testing::Database& database) {
    Findings findings;
    for (const std::string& row : database.rows(
             "SELECT o.id, o.stage, h.stages FROM opportunities o LEFT JOIN (SELECT opportunity, "
             "group_concat(to_stage) AS stages FROM stage_histories WHERE left_at IS NULL AND "
             "deleted_at IS NULL GROUP BY opportunity) h ON h.opportunity = o.id WHERE "
             "o.deleted_at IS NULL AND h.stages IS NOT CAST(o.stage AS TEXT)")) {
        findings.push_back("opportunity|its stage|its open stays: " + row);
    }
    return findings;
}

/// Everything that must hold in a store at any time, beside its history.
inline Findings check_soundness(const Crm& crm, Session& me, const std::string& path) {
    Findings findings = crm.check_integrity();
    testing::Database database(path);
    append(findings, check_search(me, database));
    append(findings, check_timelines(me, database));
    append(findings, check_stays(database));
    return findings;
}

}  // namespace crmkit::fault
