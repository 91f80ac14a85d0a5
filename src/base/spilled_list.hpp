/// `SpilledList`: a list that may grow beyond what memory should be taken for it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <type_traits>
#include <vector>

#include "file_error.hpp"

namespace crmkit {

/// Keeps the last items in memory and those before in a temporary file without a name, which is
/// gone with this. For items that are no more than their bytes.
template <typename T>
requires std::is_trivially_copyable_v<T>
class SpilledList {
  public:
    /// Items that are in memory at most, which is also how many are read at once.
    static constexpr std::size_t most_kept = 16'384;

    /// Throws io or disk_full when the temporary file cannot be made or written.
    void push_back(const T& item) {
        if (kept_.size() == most_kept) {
            spill();
        }
        kept_.push_back(item);
    }

    /// Calls `visit(const T&)` for each item in the order of their coming, until it returns false.
    /// Throws io when the temporary file cannot be read.
    template <typename Visit>
    void visit(Visit visit_one) {
        std::vector<T> block;
        if (file_ != nullptr) {
            std::rewind(file_.get());
            block.resize(most_kept);
        }
        for (std::size_t done = 0; done < spilled_; done += block.size()) {
            errno = 0;
            if (std::fread(block.data(), sizeof(T), block.size(), file_.get()) != block.size()) {
                throw file_error("read", name, errno);
            }
            for (const T& item : block) {
                if (!visit_one(item)) {
                    return;
                }
            }
        }
        for (const T& item : kept_) {
            if (!visit_one(item)) {
                return;
            }
        }
    }

  private:
    static constexpr const char* name = "a temporary file";
    struct Close {
        void operator()(std::FILE* file) const { (void)std::fclose(file); }  // nobody needs it
    };

    void spill() {
        errno = 0;
        if (file_ == nullptr) {
            file_.reset(std::tmpfile());
        }
        if (file_ == nullptr ||
            std::fwrite(kept_.data(), sizeof(T), kept_.size(), file_.get()) != kept_.size()) {
            throw file_error("write", name, errno);
        }
        spilled_ += kept_.size();
        kept_.clear();
    }

    std::vector<T> kept_;
    std::unique_ptr<std::FILE, Close> file_;
    /// A multiple of most_kept.
    std::size_t spilled_ = 0;
};

}  // namespace crmkit
