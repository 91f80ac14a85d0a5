/// `ArrowColumn`: the values of a field in the layout of Arrow, gathered for a batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrow_nodes.hpp"
#include "crmkit/base/int128.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::exchange::detail {

/// What a column takes of a field's value, and how it keeps it.
enum class ArrowKind : std::uint8_t {
    number,         ///< int64: an integer, an id, the id of a link, microseconds
    date,           ///< int32
    decimal,        ///< decimal128 of billionths
    money_amount,   ///< decimal128 with the decimals of the finest currency
    money_code,     ///< text
    boolean,        ///< bits
    text,           ///< offsets and bytes
    label,          ///< numbers into the labels of an enumeration
    linked_entity,  ///< numbers into the names of entities
    text_list,      ///< offsets into a column of text
};

/// Bits, the lowest of a byte first.
class ArrowBits {
  public:
    void add(bool bit) {
        if (count_ % 8 == 0) {
            bytes_.push_back(std::byte{0});
        }
        if (bit) {
            bytes_.back() |= std::byte{1} << (count_ % 8);
        }
        ++count_;
    }
    /// Hands the bytes over and begins anew.
    ArrowBytes take();

  private:
    ArrowBytes bytes_;
    unsigned count_ = 0;
};

/// Texts behind each other, and where each ends.
class ArrowTexts {
  public:
    void add(std::string_view text);
    [[nodiscard]] std::int32_t count() const { return count_; }
    /// The bytes of the texts.
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    /// Adds the two buffers to `out` and begins anew.
    void take(std::vector<ArrowBytes>& out);

  private:
    ArrowBytes ends_{};
    ArrowBytes bytes_{};
    std::int32_t count_ = 0;
};

class ArrowColumn {
  public:
    /// Appends the columns of a field: two for a value of two parts.
    static void add(std::vector<ArrowColumn>& columns, const Entity& entity, const Field& field,
                    const Registry& registry);

    /// The field's place in its entity's table.
    [[nodiscard]] std::size_t field() const { return field_; }
    /// Fills in the column's type.
    void describe(ArrowSchema& out) const;
    /// Adds the field's value of the next record. Throws corrupt for a label that is none.
    void append(const ValueView& value);
    /// The bytes of the texts that are gathered.
    [[nodiscard]] std::size_t text_size() const { return texts_.size(); }
    /// Fills in an array with what is gathered, and begins anew. Whatever it throws, what was
    /// gathered is lost.
    void take(ArrowArray& out);

  private:
    ArrowColumn(const Entity& entity, const Field& field, ArrowKind kind, std::string_view suffix);

    template <typename Number>
    void put(Number number);
    void put_wide(int128 number);
    void append_present(const ValueView& value);
    void append_missing();
    void append_label(std::string_view label);
    void append_entity(EntityNumber number);
    void append_list(std::span<const std::string> list);
    [[noreturn]] void refuse(std::string_view value) const;
    void take_values(std::vector<ArrowBytes>& buffers);

    std::string entity_;
    std::string name_;
    std::size_t field_;
    ArrowKind kind_;
    FieldType type_;
    bool is_nullable_;
    /// What a dictionary holds: labels, or names of entities, then with their numbers.
    std::vector<std::string> labels_{};
    std::vector<EntityNumber> entities_{};

    std::int64_t length_ = 0;
    std::int64_t null_count_ = 0;
    ArrowBits validity_{};
    ArrowBits bits_{};
    ArrowBytes values_{};
    ArrowTexts texts_{};
};

}  // namespace crmkit::exchange::detail
