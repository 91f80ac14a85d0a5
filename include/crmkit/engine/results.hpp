/// `Results`, `Rows` and `Page`: what a query gives: records or their rows to walk over, or one
/// page at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "crmkit/schema/record.hpp"
#include "crmkit/store/packed_row.hpp"

namespace crmkit {

/// Walks over the records of a query, in constant memory. Belongs to the session that made it and
/// to its thread, and must be destroyed before it.
class RecordStream {
  public:
    RecordStream() = default;
    RecordStream(const RecordStream&) = delete;
    RecordStream& operator=(const RecordStream&) = delete;
    virtual ~RecordStream() = default;
    /// Moves on to the next record; false at the end.
    virtual bool next() = 0;
    /// Reads the present record into `object`, a constructed struct of its entity. Only after
    /// next() has said true.
    virtual void read(void* object) = 0;
    /// A field of the present record, by its place in the entity's table, where it lies in the
    /// store: borrowed until the stream moves on or gives another list of text.
    virtual ValueView value(std::size_t index) = 0;
    /// The present record as a packed row of the fields that are read, borrowed until the stream
    /// moves on or packs it again: see store/packed_record.hpp.
    virtual PackedRow packed() = 0;

    /// Both at once.
    bool next(void* object) {
        const bool is_there = next();
        if (is_there) {
            read(object);
        }
        return is_there;
    }
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

namespace detail {

/// The place of a member in its record's field table.
template <auto Member, RecordType T>
std::size_t place_of() {
    static const std::size_t place = [] {
        const T sample{};
        const auto offset = reinterpret_cast<const std::byte*>(&(sample.*Member)) -
                            reinterpret_cast<const std::byte*>(&sample);
        const auto fields = entity_of<T>().fields;
        return static_cast<std::size_t>(
            std::find_if(fields.begin(), fields.end(),
                         [offset](const Field& field) { return field.offset == offset; }) -
            fields.begin());
    }();
    return place;
}

/// The places of some members.
template <RecordType T, auto... Members>
const FieldSet& places_of() {
    static const FieldSet places = [] {
        FieldSet made;
        (made.add(place_of<Members, T>()), ...);
        return made;
    }();
    return places;
}

/// A borrowed value as a member of type M has it, but texts and lists of text still borrowed.
template <typename M>
auto borrowed_member(const ValueView& value) {
    if constexpr (std::is_same_v<M, std::string> || std::is_same_v<M, Json>) {
        return value.text();
    } else if constexpr (std::is_same_v<M, std::vector<std::string>>) {
        return value.list();
    } else if constexpr (is_optional<M>) {
        return value.is_null() ? M() : M(from_view<typename M::value_type>(value));
    } else {
        return value.is_null() ? M{} : from_view<M>(value);
    }
}

}  // namespace detail

/// A record where it lies in the store: nothing of it is copied, and only the fields that are asked
/// for are looked at. Valid until the walk that gave it goes on.
template <RecordType T>
class Row {
  public:
    explicit Row(RecordStream& stream) : stream_(&stream) {}

    /// A field by its member: row.get<&Contact::last_name>(). Text comes as std::string_view and
    /// lists of text as std::span, borrowed until the walk goes on; all else as the member has it.
    template <auto Member>
    [[nodiscard]] auto get() const {
        using M = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
        return detail::borrowed_member<M>(stream_->value(detail::place_of<Member, T>()));
    }
    /// A field by its description, which must be one of T's.
    [[nodiscard]] ValueView get(const Field& field) const {
        return stream_->value(entity_of<T>().index_of(field));
    }
    /// The whole record.
    [[nodiscard]] T record() const {
        T record;
        stream_->read(&record);
        return record;
    }

  private:
    RecordStream* stream_;
};

/// The rows of a typed query as an input range:
/// for (const auto& row : me.rows<Contact>("order by id")) … row.get<&Contact::last_name>()
template <RecordType T>
class Rows {
  public:
    explicit Rows(std::unique_ptr<RecordStream> stream)
        : stream_(std::move(stream)), row_(*stream_) {}

    class Iterator {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = Row<T>;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(Rows& rows) : rows_(&rows) { ++*this; }
        /// Valid until the next ++.
        const Row<T>& operator*() const { return rows_->row_; }
        const Row<T>* operator->() const { return &rows_->row_; }
        Iterator& operator++() {
            at_end_ = !rows_->stream_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) {
            return iterator.at_end_;
        }

      private:
        Rows* rows_ = nullptr;
        bool at_end_ = false;
    };

    /// May be called once: the rows are walked through one time.
    Iterator begin() { return Iterator(*this); }
    static std::default_sentinel_t end() { return {}; }

  private:
    std::unique_ptr<RecordStream> stream_;
    Row<T> row_;
};

/// Which page of a query to read.
struct PageRequest {
    /// Records on a page, 1 to 10,000; default 100.
    std::size_t size = 100;
    /// Where the page before ended: its `next`; empty for the first page.
    std::string after{};
    /// References whose records come along in Page::included: {"account", "owner"}. They cost one
    /// search of the store more for each entity that they lead to: k references cost k at most, but
    /// for those that may lead to records of several entities, such as an owner to users and teams.
    std::vector<std::string> include{};
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
    /// The live records that PageRequest::include asked for, each once, by ascending id.
    std::vector<Record> included;

    /// The included record with this id: page.find<Account>(deal.account). Null when it is not
    /// there; throws invalid_argument when it is of another entity than R.
    template <RecordType R>
    [[nodiscard]] const R* find(Id id) const {
        const auto found = std::lower_bound(
            included.begin(), included.end(), id,
            [](const Record& record, Id wanted) { return header_of(record).id() < wanted; });
        return found != included.end() && header_of(*found).id() == id ? &found->template as<R>()
                                                                       : nullptr;
    }
};

}  // namespace crmkit
