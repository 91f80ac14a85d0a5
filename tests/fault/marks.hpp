/// What became of the commands of a mixed load, as the history tells it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "fault/mixed_load.hpp"
#include "fault/replay.hpp"

namespace crmkit::fault {

/// What the marks in the changes of a round say.
class Marks {
  public:
    Marks(const std::vector<HistoryEntry>& news, std::int64_t round) : round_(round) {
        for (const HistoryEntry& entry : news) {
            for (const FieldChange& field : entry.fields) {
                const auto mark = field.field == "description" || field.field == "body"
                                      ? Mark::parse(field.after.view().text())
                                      : std::nullopt;
                if (mark) {
                    ++records_[*mark];
                }
            }
        }
    }

    /// Each command is done whole or not at all.
    [[nodiscard]] Findings half_done() const {
        Findings findings;
        for (const auto& [mark, count] : records_) {
            if (count != mark.records || mark.round != round_) {
                findings.push_back("'" + mark.text() + "' is in " + std::to_string(count) +
                                   " records of round " + std::to_string(round_));
            }
        }
        return findings;
    }
    [[nodiscard]] int parts(int worker, std::int64_t command) const {
        int found = 0;
        for (const auto& [mark, count] : records_) {
            found += mark.worker == worker && mark.command == command ? 1 : 0;
        }
        return found;
    }
    /// What a writer did without being able to say so: at most the one command it was killed in.
    [[nodiscard]] Findings unannounced(const std::vector<Acknowledgement>& acknowledged) const {
        std::map<int, std::int64_t> last;
        for (const Acknowledgement& message : acknowledged) {
            last[message.worker] = std::max(last[message.worker], message.command);
        }
        std::map<int, std::set<std::int64_t>> beyond;
        for (const auto& [mark, count] : records_) {
            if (mark.command > last[mark.worker]) {
                beyond[mark.worker].insert(mark.command);
            }
        }
        Findings findings;
        for (const auto& [worker, commands] : beyond) {
            if (commands.size() > 1) {
                findings.push_back("writer " + std::to_string(worker) + " was committing " +
                                   std::to_string(commands.size()) + " commands at once");
            }
        }
        return findings;
    }

  private:
    std::int64_t round_;
    std::map<Mark, int> records_;
};

/// Every acknowledged command is in the history.
inline Findings lost(const std::vector<Acknowledgement>& acknowledged,
                     const std::vector<HistoryEntry>& news, const Marks& marks) {
    std::map<std::pair<Id, std::int64_t>, ChangeKind> changes;
    for (const HistoryEntry& entry : news) {
        changes[{entry.record, entry.version}] = entry.kind;
    }
    Findings findings;
    for (const Acknowledgement& message : acknowledged) {
        const auto change = changes.find({message.record, message.version});
        const bool has_change =
            !message.record || (change != changes.end() &&
                                (change->second == ChangeKind::deleted) == message.is_deletion);
        if (!has_change || marks.parts(message.worker, message.command) != message.parts) {
            findings.push_back("command " + std::to_string(message.command) + " of writer " +
                               std::to_string(message.worker) + " on record " +
                               to_string(message.record) + " was acknowledged and is lost");
        }
    }
    return findings;
}

}  // namespace crmkit::fault
