/// `RecordView` and `Record`: any described struct, read and written by field, without its type.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A set of fields of one structure, by their place in its table.
class FieldSet {
  public:
    FieldSet() = default;

    void add(std::size_t index) {
        const std::size_t word = index / 64;
        if (word == 0) {
            first_ |= std::uint64_t{1} << index;
            return;
        }
        if (more_.size() < word) {
            more_.resize(word);
        }
        more_[word - 1] |= std::uint64_t{1} << (index % 64);
    }
    [[nodiscard]] bool contains(std::size_t index) const {
        const std::size_t word = index / 64;
        const std::uint64_t bits = word == 0 ? first_ : word <= more_.size() ? more_[word - 1] : 0;
        return ((bits >> (index % 64)) & 1U) != 0;
    }
    [[nodiscard]] bool empty() const {
        bool none = first_ == 0;
        for (const std::uint64_t bits : more_) {
            none = none && bits == 0;
        }
        return none;
    }
    void clear() {
        first_ = 0;
        more_.clear();
    }
    friend bool operator==(const FieldSet&, const FieldSet&) = default;
    friend auto operator<=>(const FieldSet&, const FieldSet&) = default;

  private:
    std::uint64_t first_ = 0;
    /// Of the 64 indexes after those and so on; the last of them is never empty.
    std::vector<std::uint64_t> more_;
};

/// Whether a field is wanted, by its place: of these, null for all.
inline bool is_wanted(const FieldSet* fields, std::size_t place) {
    return fields == nullptr || fields->contains(place);
}

/// A set to keep; nothing for null.
inline std::optional<FieldSet> copy_of(const FieldSet* fields) {
    return fields == nullptr ? std::nullopt : std::optional(*fields);
}

/// The error for a field name that a structure does not have; names the nearest one.
inline Error unknown_field(const Structure& structure, std::string_view name,
                           std::string value = {}) {
    std::vector<std::string_view> known;
    known.reserve(structure.fields.size());
    for (const Field& field : structure.fields) {
        known.push_back(field.name);
    }
    const std::string_view near = nearest(name, known);
    return Error::about(
        ErrorCode::not_found,
        Problem{std::string(structure.name), shortened(name), std::move(value),
                near.empty() ? "no such field"
                             : "no such field; nearest is '" + std::string(near) + "'"});
}

/// The field with this name. Throws not_found, with the nearest known name.
inline const Field& field_of(const Structure& structure, std::string_view name) {
    const Field* field = structure.find(name);
    if (field == nullptr) {
        throw unknown_field(structure, name);
    }
    return *field;
}

class Record;

/// A struct seen through its description, for reading. Borrows; never owns.
class RecordView {
  public:
    RecordView(const Record& record);  // NOLINT: a record can be passed where one is read
    RecordView(const Structure& structure, const void* object)
        : structure_(&structure), object_(object) {}
    template <RecordType T>
    RecordView(const T& record)  // NOLINT: a typed record is a record
        : RecordView(entity_of<T>(), &record) {}
    template <DescribedStruct T>
    requires(!RecordType<T>) RecordView(const T& object)  // NOLINT
        : RecordView(structure_of<T>(), &object) {}

    [[nodiscard]] const Structure& structure() const { return *structure_; }
    [[nodiscard]] const void* object() const { return object_; }
    [[nodiscard]] ValueView get(const Field& field) const {
        return field.native->get(field.member(object_));
    }
    /// Throws not_found for an unknown name.
    [[nodiscard]] ValueView get(std::string_view name) const {
        return get(field_of(*structure_, name));
    }

  private:
    const Structure* structure_;
    const void* object_;
};

/// A struct seen through its description, for reading and writing. Borrows; never owns.
class MutableRecordView : public RecordView {
  public:
    MutableRecordView(Record& record);  // NOLINT: or written
    MutableRecordView(const Structure& structure, void* object)
        : RecordView(structure, object), object_(object) {}
    template <RecordType T>
    MutableRecordView(T& record)  // NOLINT
        : MutableRecordView(entity_of<T>(), &record) {}
    template <DescribedStruct T>
    requires(!RecordType<T>) MutableRecordView(T& object)  // NOLINT
        : MutableRecordView(structure_of<T>(), &object) {}

    [[nodiscard]] void* object() const { return object_; }
    /// Stores a value of the field's own kind, or null. No conversion and no check: see
    /// schema/conversion.hpp for values that come from outside.
    void set(const Field& field, const ValueView& value) const {
        field.native->set(field.member(object_), value);
    }

  private:
    void* object_;
};

/// The header of a record of any entity, read and written in place.
template <typename Pointer>
class HeaderOf {
  public:
    HeaderOf(const Structure& structure, Pointer object)
        : structure_(&structure), object_(object) {}

    [[nodiscard]] auto& id() const { return member<Id>(header::id); }
    [[nodiscard]] auto& created_at() const { return member<Instant>(header::created_at); }
    [[nodiscard]] auto& created_by() const { return member<Id>(header::created_by); }
    [[nodiscard]] auto& modified_at() const { return member<Instant>(header::modified_at); }
    [[nodiscard]] auto& modified_by() const { return member<Id>(header::modified_by); }
    [[nodiscard]] auto& owner() const { return member<Link>(header::owner); }
    [[nodiscard]] auto& version() const { return member<std::int64_t>(header::version); }
    [[nodiscard]] auto& deleted_at() const {
        return member<std::optional<Instant>>(header::deleted_at);
    }
    [[nodiscard]] auto& source() const { return member<std::string>(header::source); }

  private:
    template <typename T>
    [[nodiscard]] auto& member(std::uint16_t id) const {
        using Member =
            std::conditional_t<std::is_const_v<std::remove_pointer_t<Pointer>>, const T, T>;
        return *static_cast<Member*>(structure_->fields[id - 1U].member(object_));
    }

    const Structure* structure_;
    Pointer object_;
};

/// The header of a record; the structure must be an entity's.
inline HeaderOf<const void*> header_of(const RecordView& record) {
    return {record.structure(), record.object()};
}
inline HeaderOf<void*> header_of(const MutableRecordView& record) {
    return {record.structure(), record.object()};
}

/// An owned struct of any description: what C handles, Python objects and imports hold. It has the
/// same layout as the typed struct, so that `as<T>()` costs nothing. Also remembers which fields
/// were set since it was made or read, so that an update sends only those.
class Record {
  public:
    explicit Record(const Structure& structure)
        : structure_(&structure), object_(allocate(structure)) {
        structure.construct(object_.get());
    }
    template <RecordType T>
    explicit Record(T record) : Record(entity_of<T>()) {
        as<T>() = std::move(record);
    }
    Record(const Record& other) : Record(*other.structure_) {
        structure_->copy(object_.get(), other.object_.get());
        touched_ = other.touched_;  // NOLINT: a constructor that delegates initialises no member
    }
    Record(Record&&) noexcept = default;
    Record& operator=(const Record& other) {
        if (this != &other) {
            *this = Record(other);
        }
        return *this;
    }
    Record& operator=(Record&& other) noexcept {
        if (this != &other) {
            release();
            structure_ = other.structure_;
            object_ = std::move(other.object_);
            touched_ = std::move(other.touched_);
        }
        return *this;
    }
    ~Record() { release(); }

    [[nodiscard]] const Structure& structure() const { return *structure_; }
    [[nodiscard]] void* object() { return object_.get(); }
    [[nodiscard]] const void* object() const { return object_.get(); }

    [[nodiscard]] ValueView get(const Field& field) const { return RecordView(*this).get(field); }
    [[nodiscard]] ValueView get(std::string_view name) const { return RecordView(*this).get(name); }
    /// Stores a value of the field's own kind and remembers that it was set.
    void set(const Field& field, const ValueView& value) {
        MutableRecordView(*this).set(field, value);
        touched_.add(structure_->index_of(field));
    }
    void set(std::string_view name, const ValueView& value) {
        set(field_of(*structure_, name), value);
    }

    /// The typed struct inside. T must be the struct of this record's description: throws
    /// invalid_argument otherwise.
    template <DescribedStruct T>
    [[nodiscard]] T& as() {
        check_type<T>();
        return *static_cast<T*>(object_.get());
    }
    template <DescribedStruct T>
    [[nodiscard]] const T& as() const {
        check_type<T>();
        return *static_cast<const T*>(object_.get());
    }

    /// The fields that set() wrote since the record was made or forget_touched() was called.
    [[nodiscard]] const FieldSet& touched() const { return touched_; }
    void forget_touched() { touched_.clear(); }

  private:
    struct Deallocate {
        std::size_t alignment;
        void operator()(void* memory) const {
            ::operator delete(memory, std::align_val_t(alignment));
        }
    };
    using Memory = std::unique_ptr<void, Deallocate>;

    static Memory allocate(const Structure& structure) {
        const std::align_val_t alignment{structure.alignment};
        return Memory(::operator new(structure.size, alignment), Deallocate{structure.alignment});
    }
    void release() {
        if (object_) {
            structure_->destroy(object_.get());
            object_.reset();
        }
    }
    template <DescribedStruct T>
    void check_type() const {
        if (structure_->name != T::structure_name || structure_->size != sizeof(T)) {
            throw Error(ErrorCode::invalid_argument,
                        "a record of " + std::string(structure_->name) + " is not a " +
                            std::string(T::structure_name));
        }
    }

    const Structure* structure_;
    Memory object_;
    FieldSet touched_;
};

inline RecordView::RecordView(const Record& record)
    : RecordView(record.structure(), record.object()) {}
inline MutableRecordView::MutableRecordView(Record& record)
    : MutableRecordView(record.structure(), record.object()) {}

inline HeaderOf<void*> header_of(Record& record) { return {record.structure(), record.object()}; }
inline HeaderOf<const void*> header_of(const Record& record) {
    return {record.structure(), record.object()};
}

}  // namespace crmkit
