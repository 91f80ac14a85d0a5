/// Schemas and arrays on their way to a consumer: trees of structs, each of which owns what it
/// points to and releases it by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "crmkit/exchange/arrow_abi.h"

namespace crmkit::exchange::detail {

/// The children and the dictionary of a schema or an array. Those that nobody has moved away are
/// released with it.
template <typename Node>
class ArrowFamily {
  public:
    ArrowFamily() = default;
    explicit ArrowFamily(std::size_t children) : children_(children) {}
    ArrowFamily(ArrowFamily&&) noexcept = default;
    ArrowFamily& operator=(ArrowFamily&&) = delete;
    ~ArrowFamily() {
        for (Node& child : children_) {
            release(child);
        }
        if (dictionary_) {
            release(*dictionary_);
        }
    }

    /// Where a child is to be filled in.
    [[nodiscard]] Node& child(std::size_t index) { return children_[index]; }
    /// Where the dictionary is to be filled in.
    Node& add_dictionary() {
        dictionary_ = std::make_unique<Node>();
        return *dictionary_;
    }

    /// Makes them those of a node, which must not outlive this.
    void attach(Node& node) {
        pointers_.clear();
        for (Node& child : children_) {
            pointers_.push_back(&child);
        }
        node.n_children = static_cast<std::int64_t>(children_.size());
        node.children = pointers_.data();
        node.dictionary = dictionary_.get();
    }

  private:
    static void release(Node& node) noexcept {
        if (node.release != nullptr) {
            node.release(&node);
        }
    }

    std::vector<Node> children_{};
    std::vector<Node*> pointers_{};
    std::unique_ptr<Node> dictionary_{};
};

/// The bytes of one buffer of an array.
using ArrowBytes = std::vector<std::byte>;

/// Fills in a schema. Throws std::bad_alloc, and leaves it as it was.
void fill_schema(ArrowSchema& out, std::string_view format, std::string_view name, bool is_nullable,
                 ArrowFamily<ArrowSchema> family = {});

/// The values of an array in the order of the specification: first the bits that say which are
/// there, empty when all are.
struct ArrowValues {
    std::int64_t length = 0;
    std::int64_t null_count = 0;
    std::vector<ArrowBytes> buffers{};
};

/// Fills in an array. Throws std::bad_alloc, and leaves it as it was.
void fill_array(ArrowArray& out, ArrowValues values, ArrowFamily<ArrowArray> family = {});

}  // namespace crmkit::exchange::detail
