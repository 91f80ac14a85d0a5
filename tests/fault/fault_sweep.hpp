/// `FaultSweep`: the scenario again and again, with another fault each time, and what must hold
/// after each.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fault/aftermath.hpp"
#include "fault/scenario.hpp"
#include "fault/trap.hpp"
#include "fault/watched_files.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {

/// What the faults of a sweep may do.
enum class Harm : std::uint8_t {
    none,        ///< nothing: each operation ends well
    operations,  ///< operations fail, and leave no trace
    contents,    ///< what is in the file suffers: there is no crash, and no more is asked for
};

class FaultSweep {
  public:
    /// Runs the scenario once without a fault. All files of the runs are in `system`.
    FaultSweep(Trap& trap, const WatchedFiles& system, Harm harm)
        : trap_(trap), system_(system), harm_(harm) {
        const std::string path = folder_.file("new.db");
        history_before_ = reopen(path).history.size();
        std::ifstream file(path, std::ios::binary);
        contents_ = {std::istreambuf_iterator<char>(file), {}};
        run_once(0, false);
        chances_ = trap_.chances();
        whole_ = scenario_->changes();
        REQUIRE(scenario_->failures().empty());
        REQUIRE(scenario_->steps() >= 40);
        report("without a fault");
        scenario_.reset();
    }

    /// Called after each run, when the store and everything of it is gone.
    std::function<Findings()> check_leaks = [] { return Findings(); };

    /// How often something can go wrong in the scenario.
    [[nodiscard]] std::int64_t chances() const { return chances_; }
    [[nodiscard]] std::int64_t runs() const { return runs_; }

    /// Every `step`-th chance, each alone and then with all that follow.
    void run(std::int64_t step) {
        for (std::int64_t nth = 1; nth <= chances_; nth += step) {
            run(nth, false);
        }
        for (std::int64_t nth = 1 + step / 2; nth <= chances_; nth += step) {
            run(nth, true);
        }
    }
    void run(std::int64_t nth, bool from_then_on) {
        constexpr int enough = 10;
        if (bad_runs_ >= enough) {
            return;
        }
        ++runs_;
        run_once(nth, from_then_on);
        if (harm_ != Harm::contents) {
            check_failures(from_then_on);
        }
        scenario_.reset();
        append(findings_, check_leaks());
        bad_runs_ += findings_.empty() ? 0 : 1;
        report("fault " + std::to_string(nth) + " of " + std::to_string(chances_) +
               (from_then_on ? " and all that follow" : ""));
    }

  private:
    void report(const std::string& which) const {
        INFO(which);
        for (const std::string& finding : findings_) {
            FAIL_CHECK(finding);
        }
    }

    void run_once(std::int64_t nth, bool from_then_on) {
        findings_.clear();
        const std::string path = fresh_store();
        scenario_ = std::make_unique<Scenario>(path, Durability::durable, trap_);
        {
            const Trap::Armed armed(trap_, nth, from_then_on);
            scenario_->run();
        }
        check_others_can_write(path);
        if (scenario_->finish() == ErrorCode::internal) {
            findings_.push_back("after the fault: " + scenario_->failures().back().message);
        }
        const Reopened found = reopen(path);
        if (harm_ != Harm::contents) {
            append(findings_, scenario_->findings());
            append(findings_, found.findings);
        }
        if (harm_ != Harm::contents && !whole_.empty()) {
            append(findings_, check_history(history_before_, *scenario_, whole_, found.history));
        }
        if (system_.open_files() != 0) {
            findings_.push_back(std::to_string(system_.open_files()) + " files were left open");
        }
    }

    std::string fresh_store() {
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::filesystem::remove(entry.path());
        }
        folder_.write("store.db", contents_);
        return folder_.file("store.db");
    }

    /// Whatever failed, no lock is left behind, though the store is still open.
    void check_others_can_write(const std::string& path) {
        testing::Database other(path);
        try {
            other.run("PRAGMA busy_timeout = 0");
            other.run("BEGIN IMMEDIATE");
            other.run("COMMIT");
        } catch (const std::exception& error) {
            findings_.push_back(std::string("another connection cannot write: ") + error.what());
        }
    }

    /// What fails once spoils one operation at most, and those that build on it.
    void check_failures(bool from_then_on) {
        int of_storage = 0;
        bool is_explained = true;
        std::string all;
        for (const Failure& failure : scenario_->failures()) {
            of_storage += is_of_storage(failure) ? 1 : 0;
            is_explained = is_explained && of_storage > 0 && harm_ != Harm::none;
            all += failure.step + " fails: " + failure.message + "; ";
        }
        if (!is_explained || (of_storage > 1 && !from_then_on)) {
            findings_.push_back(all);
        }
    }

    Trap& trap_;
    const WatchedFiles& system_;
    Harm harm_;
    testing::TemporaryFolder folder_;
    std::string contents_;
    std::size_t history_before_ = 0;
    ChangeCounts whole_;
    std::int64_t chances_ = 0;
    std::int64_t runs_ = 0;
    std::unique_ptr<Scenario> scenario_;
    Findings findings_;
    int bad_runs_ = 0;
};

}  // namespace crmkit::fault
