/// `RecordedFiles`: what was written to a store's files, in order; and `Disk`: what is left of it
/// when the power goes.
///
/// A write lasts from the next sync of its file on. Until then each may have reached the disk or
/// not, whole or in part: sectors of 512 bytes are written or not. That a file is made or removed
/// lasts from the next sync of its folder on, and these happen in order, as file systems with a
/// journal have it.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/random.hpp"
#include "fault/watched_files.hpp"

namespace crmkit::fault {

/// One thing that was done to a file.
struct FileEvent {
    FileCall call = FileCall::write;
    std::string name{};
    std::int64_t offset = 0;
    std::string bytes{};
    /// How many changes had been acknowledged by then.
    std::size_t acknowledged = 0;
};

/// Records what is done to the files whose names begin with that of a store.
class RecordedFiles final : public FileWatcher {
  public:
    RecordedFiles(std::string path, std::function<std::size_t()> count_acknowledged)
        : path_(std::move(path)), count_acknowledged_(std::move(count_acknowledged)) {}

    int before(const FileRequest& request) override {
        const bool changes = request.call == FileCall::write || request.call == FileCall::sync ||
                             request.call == FileCall::truncate || request.call == FileCall::remove;
        const bool is_store = request.path == path_ || request.path == path_ + "-wal" ||
                              request.path == path_ + "-journal";
        if (changes && is_store) {
            events_.push_back({request.call,
                               std::filesystem::path(request.path).filename().string(),
                               request.offset, std::string(request.bytes), count_acknowledged_()});
        }
        return SQLITE_OK;
    }
    [[nodiscard]] const std::vector<FileEvent>& events() const { return events_; }

  private:
    std::string path_;
    std::function<std::size_t()> count_acknowledged_;
    std::vector<FileEvent> events_;
};

/// A disk on which the events happen.
class Disk {
  public:
    void apply(const FileEvent& event) {
        switch (event.call) {
            case FileCall::write:
            case FileCall::truncate:
                file_to_write(event.name).pending.push_back(&event);
                break;
            case FileCall::sync:
                sync(event.name);
                break;
            case FileCall::remove:
                link(event.name, std::nullopt);
                if (event.offset != 0) {
                    sync_folder();
                }
                break;
            default:
                break;
        }
    }

    /// The files as they may be found after the power went now, by name.
    [[nodiscard]] std::map<std::string, std::string> crash(Random& random) const {
        std::map<std::string, std::size_t> links = lasting_links_;
        const std::size_t done = random.below(pending_links_.size() + 1);
        for (std::size_t i = 0; i < done; ++i) {
            set_link(links, pending_links_[i]);
        }
        const auto way = static_cast<Way>(random.below(ways));
        std::map<std::string, std::string> found;
        for (const auto& [name, file] : links) {
            found[name] = remains(files_[file], way, random);
        }
        return found;
    }

  private:
    static constexpr std::size_t sector = 512;

    struct File {
        std::string lasting;
        std::vector<const FileEvent*> pending;
        bool was_synced = false;
    };
    struct Link {
        std::string name;
        std::optional<std::size_t> file;
    };
    /// What became of the writes that were not synced.
    enum class Way : std::uint8_t { all_lost, all_kept, first_kept, some_kept, some_torn };
    static constexpr std::uint64_t ways = 5;

    static void set_link(std::map<std::string, std::size_t>& links, const Link& link) {
        if (link.file) {
            links[link.name] = *link.file;
        } else {
            links.erase(link.name);
        }
    }
    void link(const std::string& name, std::optional<std::size_t> file) {
        pending_links_.push_back({name, file});
        set_link(links_, pending_links_.back());
    }
    void sync_folder() {
        lasting_links_ = links_;
        pending_links_.clear();
    }

    File& file_to_write(const std::string& name) {
        if (!links_.contains(name)) {
            files_.emplace_back();
            link(name, files_.size() - 1);
        }
        return files_[links_.at(name)];
    }
    void sync(const std::string& name) {
        const auto found = links_.find(name);
        if (found == links_.end()) {
            return;
        }
        File& file = files_[found->second];
        for (const FileEvent* event : file.pending) {
            change(file.lasting, *event, 0, event->bytes.size());
        }
        file.pending.clear();
        // With the first sync of a journal or log SQLite syncs the folder, too.
        const bool is_log = name.find("-") != std::string::npos;
        if (is_log && !file.was_synced) {
            sync_folder();
        }
        file.was_synced = true;
    }

    /// Does a part of a write, or a truncation.
    static void change(std::string& bytes, const FileEvent& event, std::size_t from,
                       std::size_t size) {
        const auto offset = static_cast<std::size_t>(event.offset);
        if (event.call == FileCall::truncate) {
            bytes.resize(offset);
            return;
        }
        if (bytes.size() < offset + from + size) {
            bytes.resize(offset + from + size);
        }
        bytes.replace(offset + from, size, event.bytes, from, size);
    }

    static std::string remains(const File& file, Way way, Random& random) {
        std::string bytes = file.lasting;
        std::size_t count = file.pending.size();
        if (way == Way::all_lost) {
            count = 0;
        } else if (way == Way::first_kept) {
            count = random.below(count + 1);
        }
        const bool keeps_some = way == Way::some_kept || way == Way::some_torn;
        for (std::size_t i = 0; i < count; ++i) {
            if (keeps_some && random.chance(500)) {
                continue;
            }
            if (way == Way::some_torn && random.chance(500)) {
                tear(bytes, *file.pending[i], random);
            } else {
                change(bytes, *file.pending[i], 0, file.pending[i]->bytes.size());
            }
        }
        return bytes;
    }
    /// Writes some of the sectors.
    static void tear(std::string& bytes, const FileEvent& event, Random& random) {
        const auto offset = static_cast<std::size_t>(event.offset);
        for (std::size_t from = 0; from < event.bytes.size();) {
            const std::size_t end =
                std::min(event.bytes.size(), from + sector - (offset + from) % sector);
            if (random.chance(500)) {
                change(bytes, event, from, end - from);
            }
            from = end;
        }
    }

    std::vector<File> files_;
    std::map<std::string, std::size_t> links_;
    std::map<std::string, std::size_t> lasting_links_;
    std::vector<Link> pending_links_;
};

}  // namespace crmkit::fault
