/// The power goes at any moment, and the disk has any part of what was not synced. In durable mode
/// nothing that was acknowledged is lost; in fast mode only the last commits are, and the store is
/// whole. docs/durability.md says so to the host.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "fault/aftermath.hpp"
#include "fault/faulty_files.hpp"
#include "fault/recorded_files.hpp"
#include "fault/scenario.hpp"
#include "fault/size.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

using testing::TemporaryFolder;

/// What was done, and what was said of it.
struct Recording {
    std::vector<FileEvent> events;
    /// The whole history.
    std::vector<HistoryEntry> history;
    /// The lengths that the history had between two operations.
    std::set<std::size_t> lengths{0};
};

/// Records the scenario on a new store, with a checkpoint now and then.
Recording record(Durability durability) {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Recording recording;
    Trap none;
    Scenario scenario(path, durability, none);
    std::size_t first_data = 0;
    RecordedFiles files(path, [&] { return first_data + scenario.acknowledged().size(); });
    {
        const WatchedFiles system(files);
        scenario.after_step = [&] {
            if (first_data == 0) {
                first_data = scenario.stored_changes();
            }
            recording.lengths.insert(first_data + scenario.acknowledged().size());
            constexpr std::size_t steps_between_checkpoints = 6;
            if (scenario.steps() % steps_between_checkpoints == 0) {
                testing::Database(path).run("PRAGMA wal_checkpoint");
            }
        };
        scenario.run();
        scenario.finish();
    }
    REQUIRE(scenario.failures().empty());
    recording.events = files.events();
    recording.history = reopen(path).history;
    return recording;
}

/// What was asked of all images.
struct Losses {
    std::int64_t images = 0;
    std::int64_t with_loss = 0;
    std::size_t most_lost = 0;
};

class PowerLoss {
  public:
    PowerLoss(Durability durability, std::uint64_t seed)
        : durability_(durability), seed_(seed), recording_(record(durability)) {}

    Losses run(std::int64_t images) {
        Random random(seed_);
        Losses losses;
        std::vector<std::int64_t> images_at(recording_.events.size() + 1);
        for (std::int64_t i = 0; i < images; ++i) {
            ++images_at[random.below(images_at.size())];
        }
        Disk disk;
        for (std::size_t at = 0; at < images_at.size(); ++at) {
            for (std::int64_t i = 0; i < images_at[at] && bad_images_ < 10; ++i) {
                check(at, disk.crash(random), losses);
            }
            if (at < recording_.events.size()) {
                disk.apply(recording_.events[at]);
                note_sync(recording_.events[at]);
            }
        }
        return losses;
    }

  private:
    /// When the log is synced, all that was acknowledged is on the disk.
    void note_sync(const FileEvent& event) {
        if (event.call == FileCall::sync && event.name.ends_with("-wal")) {
            synced_ = event.acknowledged;
        }
    }
    /// How much of the history must be there when the power goes before an event.
    [[nodiscard]] std::size_t promised(std::size_t at) const {
        if (durability_ == Durability::fast) {
            return synced_;
        }
        return at < recording_.events.size() ? recording_.events[at].acknowledged
                                             : recording_.history.size();
    }

    void check(std::size_t at, const std::map<std::string, std::string>& files, Losses& losses) {
        const TemporaryFolder folder;
        for (const auto& [name, bytes] : files) {
            folder.write(name, bytes);
        }
        Reopened found = reopen(folder.file("store.db"));
        const std::size_t acknowledged = at < recording_.events.size()
                                             ? recording_.events[at].acknowledged
                                             : recording_.history.size();
        append(found.findings, compare(found.history, promised(at)));
        ++losses.images;
        if (found.history.size() < acknowledged) {
            ++losses.with_loss;
            losses.most_lost = std::max(losses.most_lost, acknowledged - found.history.size());
        }
        bad_images_ += found.findings.empty() ? 0 : 1;
        INFO("seed ", seed_, ", image ", losses.images, ", the power goes before write ", at,
             " of ", recording_.events.size());
        for (const std::string& finding : found.findings) {
            FAIL_CHECK(finding);
        }
    }

    /// The history is a beginning of the whole one, ends between two operations, and is not shorter
    /// than was promised.
    [[nodiscard]] Findings compare(const std::vector<HistoryEntry>& stored,
                                   std::size_t least) const {
        Findings findings;
        for (std::size_t i = 0; i < stored.size(); ++i) {
            if (i >= recording_.history.size() || !is_same(stored[i], recording_.history[i])) {
                findings.push_back("there never was " + shown(stored[i]));
                break;
            }
        }
        if (!recording_.lengths.contains(stored.size())) {
            findings.push_back("half-done: " + shown(stored.back()));
        }
        if (stored.size() < least) {
            findings.push_back("lost: " + shown(recording_.history[stored.size()]) + " and all " +
                               "up to change " + std::to_string(least));
        }
        return findings;
    }

    Durability durability_;
    std::uint64_t seed_;
    Recording recording_;
    std::size_t synced_ = 0;
    int bad_images_ = 0;
};

Losses sweep(Durability durability, std::int64_t images) {
    Trap none;
    FaultyFiles files(Fault::none, none);
    constexpr std::uint64_t seed = 20'261'122;
    PowerLoss power_loss(durability, seed);
    const WatchedFiles system(files);  // nothing need wait for the disk
    return power_loss.run(images);
}

}  // namespace

TEST_CASE("the power goes in durable mode") {
    const Losses losses = sweep(Durability::durable, by_size<std::int64_t>(150, 14'000, 500'000));
    CHECK(losses.with_loss == 0);
    MESSAGE("volume: " << counted(losses.images, "images, nothing lost"));
}

TEST_CASE("the power goes in fast mode") {
    const Losses losses = sweep(Durability::fast, by_size<std::int64_t>(150, 8'000, 500'000));
    CHECK(losses.with_loss > 0);  // or this sweep could not find a loss
    MESSAGE("volume: " << counted(losses.images, "images, none damaged, ")
                       << counted(losses.with_loss, "lost commits since the last checkpoint, ")
                       << losses.most_lost << " changes at most");
}

}  // namespace crmkit::fault
