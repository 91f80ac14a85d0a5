/// `SnapshotWriter`: puts the records of another store into this one, as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/spilled_list.hpp"
#include "crmkit/engine/session.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

/// Restores records with their ids, versions, owners and dates. They were checked where they come
/// from: no rule changes them and no hook of the host's sees them before they are written. What
/// could not hold here is still checked: each record by itself, unique keys, and that references
/// lead somewhere. The history says that the records were created, with origin "restore".
///
/// A reference to a record that has not come yet is written at the end, so that the order of the
/// records and circles among them do not matter. A few of those are in memory, the others in a
/// temporary file. Runs inside a WriteScope; after a problem the transaction must be undone.
class SnapshotWriter {
  public:
    /// Problems that are listed at most.
    static constexpr std::size_t most_problems = 100;

    explicit SnapshotWriter(Session& session);

    /// Removes the statuses, stages and pipelines that a new store begins with, those of `entities`
    /// only. Does nothing unless the store holds nothing else.
    void remove_first_data(const std::vector<const Entity*>& entities);
    /// Adds a record; `line` is where it stands in its file. What is wrong with it becomes a
    /// problem.
    void add(const Entity& entity, void* object, std::int64_t line);
    /// Writes the references that were put off, the timelines, and what records keep of others.
    void finish();

    /// What was wrong so far; the transaction must be undone when there is anything.
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
    [[nodiscard]] bool has_enough_problems() const { return problems_.size() >= most_problems; }
    void add_problem(Problem problem, std::int64_t line);

  private:
    struct Later {
        const Entity* entity;
        const Field* field;
        Id id;
        std::int64_t version;
        Link target;
        std::int64_t line;
        bool must_be_live;
    };

    [[nodiscard]] bool check(const Entity& entity, void* object, std::int64_t line);
    /// Empties the references of `row` whose record is not there yet.
    void put_off_references(const Entity& entity, const void* object, Record& row,
                            std::int64_t line);
    [[nodiscard]] bool is_there(const Entity& entity, Id id, bool must_be_live);
    void write_later(const Later& later);
    void write_timelines();

    Session& session_;
    SessionState& state_;
    SpilledList<Later> later_;
    std::vector<Problem> problems_;
};

}  // namespace crmkit::engine
