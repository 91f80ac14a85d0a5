/// What the tests of Arrow streams share: a consumer that keeps to the specification.
#pragma once

#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/exchange/arrow_stream.hpp"

namespace crmkit::test {

/// A schema, array or stream with an owner; moved as the specification says.
template <typename Node>
class Owned {
  public:
    Owned() = default;
    Owned(Owned&& other) noexcept : node_(std::exchange(other.node_, {})) {}
    Owned& operator=(Owned&& other) noexcept {
        release();
        node_ = std::exchange(other.node_, {});
        return *this;
    }
    ~Owned() { release(); }

    /// Takes a child out of its parent, which then no longer has it.
    static Owned moved_from(Node& node) {
        Owned owned;
        owned.node_ = node;
        node.release = nullptr;
        return owned;
    }
    void release() {
        if (node_.release != nullptr) {
            node_.release(&node_);
            CHECK(is_empty());
        }
    }
    [[nodiscard]] bool is_empty() const { return node_.release == nullptr; }
    Node* operator->() { return &node_; }
    const Node* operator->() const { return &node_; }
    Node& operator*() { return node_; }
    const Node& operator*() const { return node_; }

  private:
    Node node_{};
};

using OwnedStream = Owned<ArrowArrayStream>;
using OwnedSchema = Owned<ArrowSchema>;
using OwnedArray = Owned<ArrowArray>;

inline OwnedStream arrow_of(Session& session, std::string_view entity, std::string_view text,
                            const exchange::ArrowOptions& options = {},
                            const Parameters& parameters = {}) {
    OwnedStream stream;
    exchange::arrow_stream(session, session.registry().get(entity), text, parameters, options,
                           *stream);
    return stream;
}

inline OwnedSchema schema_of(OwnedStream& stream) {
    OwnedSchema schema;
    REQUIRE(stream->get_schema(&*stream, &*schema) == 0);
    REQUIRE_FALSE(schema.is_empty());
    return schema;
}

/// The next batch; an empty one at the end.
inline OwnedArray next_of(OwnedStream& stream) {
    OwnedArray array;
    REQUIRE(stream->get_next(&*stream, &*array) == 0);
    return array;
}

/// The child of a struct by its name.
inline std::int64_t column_of(const ArrowSchema& schema, std::string_view name) {
    for (std::int64_t i = 0; i < schema.n_children; ++i) {
        if (schema.children[i]->name == name) {
            return i;
        }
    }
    FAIL("no column is called ", std::string(name));
    return 0;
}

template <typename Number>
Number number_at(const ArrowArray& array, std::int64_t row) {
    Number number{};
    std::memcpy(&number,
                static_cast<const char*>(array.buffers[1]) +
                    row * static_cast<std::int64_t>(sizeof(Number)),
                sizeof(Number));
    return number;
}

inline bool bit_at(const void* bits, std::int64_t row) {
    return ((static_cast<const unsigned char*>(bits)[row / 8] >> (row % 8)) & 1) != 0;
}

inline bool is_null_at(const ArrowArray& array, std::int64_t row) {
    return array.buffers[0] != nullptr && !bit_at(array.buffers[0], row);
}

inline std::string text_at(const ArrowArray& array, std::int64_t row) {
    const auto begin = number_at<std::int32_t>(array, row);
    const auto end = number_at<std::int32_t>(array, row + 1);
    return {static_cast<const char*>(array.buffers[2]) + begin,
            static_cast<std::size_t>(end - begin)};
}

/// A decimal128 as "-12.3400": digits worked out word by word, not by the library's int128.
inline std::string decimal_at(const ArrowArray& array, std::int64_t row, std::size_t scale) {
    constexpr bool is_little = std::endian::native == std::endian::little;
    std::uint64_t low = number_at<std::uint64_t>(array, row * 2 + (is_little ? 0 : 1));
    std::uint64_t high = number_at<std::uint64_t>(array, row * 2 + (is_little ? 1 : 0));
    const bool is_negative = (high >> 63U) != 0;
    if (is_negative) {
        low = ~low + 1;
        high = ~high + (low == 0 ? 1 : 0);
    }
    std::uint32_t words[] = {
        static_cast<std::uint32_t>(high >> 32U), static_cast<std::uint32_t>(high),
        static_cast<std::uint32_t>(low >> 32U), static_cast<std::uint32_t>(low)};
    std::string digits;
    for (int digit = 0; digit < 39; ++digit) {
        std::uint64_t rest = 0;
        for (std::uint32_t& word : words) {
            rest = (rest << 32U) | word;
            word = static_cast<std::uint32_t>(rest / 10);
            rest %= 10;
        }
        digits.insert(digits.begin(), static_cast<char>('0' + rest));
    }
    digits.insert(digits.size() - scale, ".");
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - scale - 2);
    return (is_negative ? "-" : "") + digits.substr(first);
}

/// A value as text, "null" when it has none. Lists stand in brackets.
inline std::string shown(const ArrowSchema& schema, const ArrowArray& array, std::int64_t row) {
    if (is_null_at(array, row)) {
        return "null";
    }
    const std::string_view format = schema.format;
    if (schema.dictionary != nullptr) {
        REQUIRE(format == "s");
        return text_at(*array.dictionary, number_at<std::int16_t>(array, row));
    }
    if (format == "u") {
        return text_at(array, row);
    }
    if (format == "b") {
        return bit_at(array.buffers[1], row) ? "true" : "false";
    }
    if (format == "tdD") {
        return to_string(Date{number_at<std::int32_t>(array, row)});
    }
    if (format == "tsu:UTC") {
        return to_string(Instant{number_at<std::int64_t>(array, row)});
    }
    if (format == "d:19,9" || format == "d:23,4") {
        return decimal_at(array, row, format == "d:19,9" ? 9 : 4);
    }
    if (format == "+l") {
        std::string list;
        for (auto i = number_at<std::int32_t>(array, row);
             i < number_at<std::int32_t>(array, row + 1); ++i) {
            list += (list.empty() ? "" : "|") + text_at(*array.children[0], i);
        }
        return "[" + list + "]";
    }
    REQUIRE(format == "l");
    return std::to_string(number_at<std::int64_t>(array, row));
}

/// The values of one column in a batch.
inline std::vector<std::string> column_values(const ArrowSchema& schema, const ArrowArray& batch,
                                              std::string_view name) {
    const std::int64_t column = column_of(schema, name);
    std::vector<std::string> values;
    for (std::int64_t row = 0; row < batch.length; ++row) {
        values.push_back(shown(*schema.children[column], *batch.children[column], row));
    }
    return values;
}

/// How many records each batch of the rest of a stream has.
inline std::vector<std::int64_t> lengths_of(OwnedStream& stream) {
    std::vector<std::int64_t> lengths;
    for (OwnedArray batch = next_of(stream); !batch.is_empty(); batch = next_of(stream)) {
        lengths.push_back(batch->length);
    }
    return lengths;
}

}  // namespace crmkit::test
