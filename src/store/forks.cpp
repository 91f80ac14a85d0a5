#include "forks.hpp"

#include "crmkit/base/error.hpp"

#if defined(__unix__) || defined(__APPLE__)

#include <pthread.h>
#include <sys/stat.h>

#include <mutex>
#include <new>
#include <vector>

namespace crmkit::forks {

std::atomic<std::uint64_t> count = 0;

namespace {

struct Entry {
    const OpenFile* file;
    // Which file it is, whatever its path.
    dev_t device;
    ino_t number;
    std::uint64_t forks;
};

/// The files that this process has open, and those that its parents had open as they forked.
class OpenFiles {
  public:
    /// Lives as long as the process: stores may still be closed while it ends.
    static OpenFiles& of_process() {
        static auto& files = *new OpenFiles;
        return files;
    }

    /// False when the file was open in a parent.
    bool add(const OpenFile* file, const struct stat& status) {
        const std::lock_guard lock(mutex_);
        for (const Entry& entry : entries_) {
            if (entry.device == status.st_dev && entry.number == status.st_ino &&
                entry.forks != count) {
                return false;
            }
        }
        entries_.push_back({file, status.st_dev, status.st_ino, count});
        return true;
    }
    void remove(const OpenFile* file) noexcept {
        const std::lock_guard lock(mutex_);
        std::erase_if(entries_, [file](const Entry& entry) {
            return entry.file == file && entry.forks == count;
        });
    }

  private:
    OpenFiles() {
        if (pthread_atfork(&before_fork, &in_parent, &in_child) != 0) {
            throw std::bad_alloc();
        }
    }
    // Held over the fork, so that the child gets no list that a thread was in the middle of
    // changing.
    static void before_fork() { of_process().mutex_.lock(); }
    static void in_parent() { of_process().mutex_.unlock(); }
    static void in_child() {
        ++count;
        of_process().mutex_.unlock();
    }

    std::mutex mutex_;
    std::vector<Entry> entries_;
};

std::uint64_t begin_to_count() {
    OpenFiles::of_process();
    return count;
}

}  // namespace

HomeProcess::HomeProcess() : forks_(begin_to_count()) {}

OpenFile::OpenFile(const std::string& path) {
    struct stat status {};
    // What has no file, such as a database in memory, has nothing to share.
    if (::stat(path.c_str(), &status) == 0 && !OpenFiles::of_process().add(this, status)) {
        throw Error(ErrorCode::invalid_argument,
                    "the store '" + path +
                        "' was open when this process was forked from the one that opened it, and "
                        "SQLite's locks do not come along: commits could be lost. Open it after "
                        "fork() only, or in a program that the child starts");
    }
}

OpenFile::~OpenFile() { OpenFiles::of_process().remove(this); }

}  // namespace crmkit::forks

#else

namespace crmkit::forks {

std::atomic<std::uint64_t> count = 0;

HomeProcess::HomeProcess() : forks_(count) {}
OpenFile::OpenFile(const std::string&) {}
OpenFile::~OpenFile() = default;

}  // namespace crmkit::forks

#endif
