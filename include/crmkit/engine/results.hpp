/// `Results` and `Page`: what a query gives: a range to walk over, or one page at a time.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/schema/record.hpp"

namespace crmkit {

/// Walks over the records of a query, in constant memory. Belongs to the session that made it and
/// to its thread, and must be destroyed before it.
class RecordStream {
  public:
    RecordStream() = default;
    RecordStream(const RecordStream&) = delete;
    RecordStream& operator=(const RecordStream&) = delete;
    virtual ~RecordStream() = default;
    /// Reads the next record into `object`, a constructed struct of the query's entity; false at
    /// the end.
    virtual bool next(void* object) = 0;
};

/// The records of a typed query as an input range, each read when it is reached:
/// for (const Opportunity& deal : me.query<Opportunity>("state = 'open'")) …
template <RecordType T>
class Results {
  public:
    explicit Results(std::unique_ptr<RecordStream> stream) : stream_(std::move(stream)) {}

    class Iterator {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(Results& results) : results_(&results) { ++*this; }
        /// Valid until the next ++.
        T& operator*() const { return results_->current_; }
        T* operator->() const { return &results_->current_; }
        Iterator& operator++() {
            at_end_ = !results_->stream_->next(&results_->current_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) {
            return iterator.at_end_;
        }

      private:
        Results* results_ = nullptr;
        bool at_end_ = false;
    };

    /// May be called once: a query is walked through one time.
    Iterator begin() { return Iterator(*this); }
    static std::default_sentinel_t end() { return {}; }

    /// Reads everything that is left into a vector.
    std::vector<T> all() {
        std::vector<T> records;
        while (stream_->next(&current_)) {
            records.push_back(current_);
        }
        return records;
    }
    /// The next record, if there is one.
    std::optional<T> first() {
        return stream_->next(&current_) ? std::optional<T>(std::move(current_)) : std::nullopt;
    }

  private:
    std::unique_ptr<RecordStream> stream_;
    T current_{};
};

/// Which page of a query to read.
struct PageRequest {
    /// Records on a page, 1 to 10,000; default 100.
    std::size_t size = 100;
    /// Where the page before ended: its `next`; empty for the first page.
    std::string after{};
};

/// How a page ended: the records on it, and the `after` of the next one, empty on the last.
struct PageEnd {
    std::size_t count = 0;
    std::string next{};
};

/// One page of a query. `next` is empty on the last one. A page is found by where the one before
/// ended, not by counting, so that the thousandth is as fast as the first.
template <typename T>
struct Page {
    std::vector<T> records;
    std::string next;
};

}  // namespace crmkit
