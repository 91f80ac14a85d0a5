/// `SnapshotMap`: an ordered map whose copies cost nothing and are independent of each other.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace crmkit {

namespace detail {

/// Shared ownership of a tree node: like std::shared_ptr, with the count inside the node and with
/// the answer to "is it mine alone?" that copy on write needs.
template <typename Node>
class NodePointer {
  public:
    NodePointer() = default;
    /// Takes over a new node, whose count is 1.
    explicit NodePointer(Node* node) noexcept : node_(node) {}
    NodePointer(const NodePointer& other) noexcept : node_(other.node_) {
        if (node_ != nullptr) {
            node_->uses.fetch_add(1, std::memory_order_relaxed);
        }
    }
    NodePointer(NodePointer&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    NodePointer& operator=(NodePointer other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~NodePointer() {
        if (node_ != nullptr && node_->uses.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            delete node_;
        }
    }

    /// Whether no other pointer owns the node. The acquire pairs with the release of the last
    /// other owner: what that one read is read before what this one then writes.
    [[nodiscard]] bool is_only_owner() const noexcept {
        return node_->uses.load(std::memory_order_acquire) == 1;
    }
    [[nodiscard]] Node* get() const noexcept { return node_; }
    Node* operator->() const noexcept { return node_; }
    Node& operator*() const noexcept { return *node_; }
    explicit operator bool() const noexcept { return node_ != nullptr; }

  private:
    Node* node_ = nullptr;
};

}  // namespace detail

/// An ordered map that is a value: a copy is made in constant time and shares its nodes with the
/// original until one of the two is changed, which then copies only the nodes on the way to the
/// change. So a kept copy is a snapshot, and going back to it undoes everything since.
///
/// A B+ tree with copy on write; a leaf is given back when it is empty and never merged before
/// (Johnson and Shasha: B-trees with inserts and deletes: why free-at-empty is better than
/// merge-at-half, PODS 1989). Every change either happens or, when memory runs out, does not.
/// One map belongs to one thread at a time; its copies may be used by others at the same time.
template <typename Key, typename Value>
class SnapshotMap {
    static_assert(std::is_nothrow_move_constructible_v<Key> &&
                      std::is_nothrow_move_constructible_v<Value> &&
                      std::is_nothrow_move_assignable_v<Key> &&
                      std::is_nothrow_move_assignable_v<Value>,
                  "a SnapshotMap needs keys and values that move without throwing");

    static constexpr std::size_t most_entries = 32;

    struct Node;
    using Pointer = detail::NodePointer<Node>;
    struct Node {
        Node() = default;
        Node(const Node& other)
            : keys(other.keys), values(other.values), children(other.children) {}
        Node& operator=(const Node&) = delete;
        ~Node() = default;

        [[nodiscard]] bool is_leaf() const { return children.empty(); }
        [[nodiscard]] bool is_full() const {
            return (is_leaf() ? keys.size() : children.size()) == most_entries;
        }
        /// Inner node: the child that holds `key`, if any does.
        [[nodiscard]] std::size_t child_of(const Key& key) const {
            return static_cast<std::size_t>(std::upper_bound(keys.begin(), keys.end(), key) -
                                            keys.begin());
        }
        /// Leaf: the place of the first key that is not less.
        [[nodiscard]] std::size_t place_of(const Key& key) const {
            return static_cast<std::size_t>(std::lower_bound(keys.begin(), keys.end(), key) -
                                            keys.begin());
        }

        std::atomic<std::uint32_t> uses{1};
        /// Leaf: its keys. Inner node: what separates its children; child i + 1 starts at keys[i].
        std::vector<Key> keys;
        std::vector<Value> values;      ///< leaf only
        std::vector<Pointer> children;  ///< inner node only
    };

  public:
    /// A place in a map, or past one of its ends. Valid as long as the map is there and unchanged.
    class Position {
      public:
        /// False past either end.
        explicit operator bool() const { return depth_ != 0; }
        [[nodiscard]] const Key& key() const { return here().node->keys[here().index]; }
        [[nodiscard]] const Value& value() const { return here().node->values[here().index]; }

        /// Moves to the next greater key.
        void forward() {
            if (++top().index < top().node->keys.size()) {
                return;
            }
            climb([](const Step& step) { return step.index + 1 < step.node->children.size(); });
            if (depth_ != 0) {
                ++top().index;
                descend([](const Node&) { return std::size_t{0}; });
            }
        }
        /// Moves to the next smaller key.
        void backward() {
            if (top().index != 0) {
                --top().index;
                return;
            }
            climb([](const Step& step) { return step.index != 0; });
            if (depth_ != 0) {
                --top().index;
                descend([](const Node& node) {
                    return (node.is_leaf() ? node.keys.size() : node.children.size()) - 1;
                });
            }
        }

      private:
        friend class SnapshotMap;
        struct Step {
            const Node* node;
            std::size_t index;
        };
        /// A tree of this depth has at least 16^15 entries' worth of splits behind it.
        static constexpr std::size_t deepest = 16;

        [[nodiscard]] const Step& here() const { return path_[depth_ - 1]; }
        Step& top() { return path_[depth_ - 1]; }
        void push(const Node& node, std::size_t index) { path_[depth_++] = {&node, index}; }
        /// Leaves the leaf, and each inner node above it that has no child on the wanted side.
        template <typename HasMore>
        void climb(HasMore has_more) {
            do {
                --depth_;
            } while (depth_ != 0 && !has_more(here()));
        }
        template <typename Choose>
        void descend(Choose choose) {
            while (!here().node->is_leaf()) {
                const Node& child = *here().node->children[here().index];
                push(child, choose(child));
            }
        }

        std::array<Step, deepest> path_{};
        std::size_t depth_ = 0;
    };

    SnapshotMap() = default;
    SnapshotMap(const SnapshotMap&) = default;
    SnapshotMap(SnapshotMap&& other) noexcept
        : root_(std::move(other.root_)), size_(std::exchange(other.size_, 0)) {}
    SnapshotMap& operator=(const SnapshotMap&) = default;
    SnapshotMap& operator=(SnapshotMap&& other) noexcept {
        root_ = std::move(other.root_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~SnapshotMap() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// The value of a key, or null. Valid until the map is changed.
    [[nodiscard]] const Value* find(const Key& key) const {
        const Node* node = root_.get();
        if (node == nullptr) {
            return nullptr;
        }
        while (!node->is_leaf()) {
            node = node->children[node->child_of(key)].get();
        }
        const std::size_t place = node->place_of(key);
        return place < node->keys.size() && !(key < node->keys[place]) ? &node->values[place]
                                                                       : nullptr;
    }
    [[nodiscard]] bool contains(const Key& key) const { return find(key) != nullptr; }

    /// The smallest key that is not less than `key`.
    [[nodiscard]] Position at_or_above(const Key& key) const {
        Position position = descend_to(key);
        if (position && position.here().index == position.here().node->keys.size()) {
            --position.top().index;
            position.forward();
        }
        return position;
    }
    /// The greatest key that is less than `key`.
    [[nodiscard]] Position below(const Key& key) const {
        Position position = descend_to(key);
        if (position) {
            position.backward();
        }
        return position;
    }
    [[nodiscard]] Position first() const {
        Position position;
        if (root_) {
            position.push(*root_, 0);
            position.descend([](const Node&) { return std::size_t{0}; });
        }
        return position;
    }
    [[nodiscard]] Position last() const {
        Position position;
        if (root_) {
            const auto back = [](const Node& node) {
                return (node.is_leaf() ? node.keys.size() : node.children.size()) - 1;
            };
            position.push(*root_, back(*root_));
            position.descend(back);
        }
        return position;
    }

    /// Adds an entry; false, and nothing happens, when the key is there already.
    bool insert(Key key, Value value) {
        if (contains(key)) {
            return false;
        }
        Node& leaf = leaf_for_insert(key);
        const auto place = static_cast<std::ptrdiff_t>(leaf.place_of(key));
        leaf.keys.reserve(grown(leaf.keys));
        leaf.values.reserve(grown(leaf.values));
        leaf.keys.insert(leaf.keys.begin() + place, std::move(key));
        leaf.values.insert(leaf.values.begin() + place, std::move(value));
        ++size_;
        return true;
    }

    /// The value of a key, to be changed in place; null when there is none.
    Value* edit(const Key& key) {
        if (!contains(key)) {
            return nullptr;
        }
        Pointer* pointer = &root_;
        while (!make_own(*pointer).is_leaf()) {
            pointer = &(*pointer)->children[(*pointer)->child_of(key)];
        }
        return &(*pointer)->values[(*pointer)->place_of(key)];
    }

    /// Adds an entry, or replaces the value of the one that is there.
    void assign(Key key, Value value) {
        if (Value* there = edit(key)) {
            *there = std::move(value);
        } else {
            insert(std::move(key), std::move(value));
        }
    }

    /// Removes an entry; false when there is none.
    bool erase(const Key& key) {
        if (!contains(key)) {
            return false;
        }
        std::array<Pointer*, Position::deepest> path{};
        std::size_t depth = 0;
        path[depth++] = &root_;
        while (!make_own(*path[depth - 1]).is_leaf()) {
            Node& node = **path[depth - 1];
            path[depth++] = &node.children[node.child_of(key)];
        }
        Node& leaf = **path[depth - 1];
        const auto place = static_cast<std::ptrdiff_t>(leaf.place_of(key));
        leaf.keys.erase(leaf.keys.begin() + place);
        leaf.values.erase(leaf.values.begin() + place);
        --size_;
        while (depth > 1 && is_bare(**path[depth - 1])) {
            --depth;
            remove_child(**path[depth - 1], key);
        }
        shrink_root();
        return true;
    }

  private:
    /// An inner node without children is not a leaf with room: it is about to be given back.
    static bool is_bare(const Node& node) { return node.keys.empty() && node.children.empty(); }

    template <typename T>
    static std::size_t grown(const std::vector<T>& items) {
        return items.size() < items.capacity() ? items.capacity()
                                               : std::min(most_entries, items.size() * 2 + 1);
    }

    /// Makes a node this map's alone, by copying it if a snapshot has it too.
    static Node& make_own(Pointer& pointer) {
        if (!pointer.is_only_owner()) {
            pointer = Pointer(new Node(*pointer));
        }
        return *pointer;
    }

    /// Down to the leaf, every full node on the way split first, so that a split never has to go
    /// back up and each step leaves a whole tree.
    Node& leaf_for_insert(const Key& key) {
        if (!root_) {
            root_ = Pointer(new Node);
        }
        if (make_own(root_).is_full()) {
            Pointer above(new Node);
            above->children.reserve(2);
            above->children.push_back(root_);
            root_ = Pointer();  // so that the new root's child has one owner again
            root_ = std::move(above);
        }
        Node* node = root_.get();
        while (!node->is_leaf()) {
            std::size_t index = node->child_of(key);
            if (make_own(node->children[index]).is_full()) {
                split_child(*node, index);
                index = node->child_of(key);
            }
            node = node->children[index].get();
        }
        return *node;
    }

    static void split_child(Node& parent, std::size_t index) {
        Node& left = *parent.children[index];
        Pointer right(new Node);
        const bool leaf = left.is_leaf();
        const std::size_t half = most_entries / 2;
        Key separator = left.keys[leaf ? half : half - 1];
        right->keys.reserve(most_entries);
        right->values.reserve(leaf ? most_entries : 0);
        right->children.reserve(leaf ? 0 : most_entries);
        parent.keys.reserve(grown(parent.keys));
        parent.children.reserve(grown(parent.children));
        // Nothing below can fail.
        move_tail(left.keys, half, right->keys);
        if (leaf) {
            move_tail(left.values, half, right->values);
        } else {
            left.keys.pop_back();
            move_tail(left.children, half, right->children);
        }
        const auto at = static_cast<std::ptrdiff_t>(index);
        parent.keys.insert(parent.keys.begin() + at, std::move(separator));
        parent.children.insert(parent.children.begin() + at + 1, std::move(right));
    }

    template <typename T>
    static void move_tail(std::vector<T>& from, std::size_t start, std::vector<T>& to) {
        const auto tail = from.begin() + static_cast<std::ptrdiff_t>(start);
        to.insert(to.end(), std::make_move_iterator(tail), std::make_move_iterator(from.end()));
        from.erase(tail, from.end());
    }

    /// Takes out the child that `key` leads to, and the separator beside it.
    static void remove_child(Node& node, const Key& key) {
        const std::size_t index = node.child_of(key);
        node.children.erase(node.children.begin() + static_cast<std::ptrdiff_t>(index));
        if (!node.keys.empty()) {
            const std::size_t separator = index == 0 ? 0 : index - 1;
            node.keys.erase(node.keys.begin() + static_cast<std::ptrdiff_t>(separator));
        }
    }

    void shrink_root() {
        while (root_ && !root_->is_leaf() && root_->children.size() == 1) {
            Pointer only = root_->children.front();
            root_ = std::move(only);
        }
        if (is_bare(*root_)) {
            root_ = Pointer();
        }
    }

    /// The leaf that holds `key` if any does, at the place of the first key that is not less,
    /// which may be one past its last.
    [[nodiscard]] Position descend_to(const Key& key) const {
        Position position;
        if (root_) {
            const Node* node = root_.get();
            while (!node->is_leaf()) {
                const std::size_t index = node->child_of(key);
                position.push(*node, index);
                node = node->children[index].get();
            }
            position.push(*node, node->place_of(key));
        }
        return position;
    }

    Pointer root_;
    std::size_t size_ = 0;
};

/// The value of a SnapshotMap that is a set.
struct Nothing {};

/// An ordered set with snapshots.
template <typename Key>
using SnapshotSet = SnapshotMap<Key, Nothing>;

}  // namespace crmkit
