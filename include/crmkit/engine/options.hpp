/// `OpenOptions`: how a store is opened.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "crmkit/base/clock.hpp"
#include "crmkit/store/sqlite.hpp"

namespace crmkit {

/// How serious a line of the log is.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// How a store is opened. Every member has a default that suits a program of its own.
struct OpenOptions {
    /// How much a power cut may take; default durable. See Durability.
    Durability durability = Durability::durable;
    /// Default false. A read-only store refuses every write with read_only.
    bool read_only = false;
    /// Default true: a file that does not exist is made. False: that is an io error.
    bool create = true;
    /// How long a call waits for another process's lock before it fails with busy; default 5 s.
    std::chrono::milliseconds busy_timeout{5000};
    /// Page cache of each connection in KiB; default 16 MiB. Raise it for bulk work.
    std::int64_t cache_kib = 16'384;
    /// How long the log of commits grows before a commit copies it into the file itself, in KiB;
    /// default 4 MiB. Raise it, to 64 MiB or so, where Crm::checkpoint() is called beside the
    /// writers: commits are then faster and none takes much longer than the others.
    std::int64_t log_kib = 4096;
    /// The time of the store; default the system's clock. Give a ManualClock for tests and replays.
    std::shared_ptr<Clock> clock{};
    /// Seeds what chance the store needs; by default taken from the system when it is opened.
    std::optional<std::uint64_t> seed{};
    /// Marks this copy's ids, 0 to 4095; by default drawn by chance, so that two processes on one
    /// file differ. Give each copy its own where stores are going to be merged.
    std::optional<int> replica{};
    /// The country whose phone numbers are written without its code, as ISO 3166-1 alpha-2, such as
    /// "DE": "030 123456" then is the number +4930123456. The store remembers it for those who give
    /// none, the default; it begins with none. What it says about numbers that are stored already:
    /// docs/phone-numbers.md.
    std::string region{};
    /// Host's tables only: the prefix of every table; default "crm_".
    std::string table_prefix = "crm_";
    /// Host's connection only: whether crmkit may set a progress handler there; default false. True
    /// where the host sets none of its own: a read that is limited (Session::cancellation(),
    /// set_step_budget()) then also ends inside of one SQL statement, and not only between rows.
    bool may_use_progress_handler = false;
    /// Called with a line for what happens beside the results: that the store was opened or closed,
    /// that a hook after a commit failed. Default: nowhere. May be called from any thread that uses
    /// the store.
    std::function<void(LogLevel, std::string_view)> log{};
};

}  // namespace crmkit
