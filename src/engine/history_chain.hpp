/// `HistoryChain`: ties each change of the history to the one before it, so that none can be
/// altered, left out or put in between unnoticed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/store/change.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::engine {

/// Computes SHA-256 (FIPS 180-4). Belongs to one thread at a time.
class Sha256 {
  public:
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    void add(const void* bytes, std::size_t size);
    template <std::size_t Size>
    void add(const std::array<std::uint8_t, Size>& bytes) {
        add(bytes.data(), Size);
    }
    /// The digest of what was added, and starts anew.
    Digest take();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Where the salts of changes come from: they must not be guessed from one another, because others
/// of them stay readable when one is destroyed with its values.
class SaltSource {
  public:
    using Salt = std::array<std::uint8_t, 16>;

    explicit SaltSource(const Digest& key) : key_(key) {}
    Salt next(Sha256& sha);

  private:
    Digest key_;
    std::uint64_t drawn_ = 0;
    Digest block_{};
};

/// The chain of a store's history, for whoever holds its writer queue.
class HistoryChain {
  public:
    /// `key` is the secret that salts are made with.
    explicit HistoryChain(const Digest& key) : salts_(key) {}

    /// Fills in the salt and the link of a change that `storage` is about to append.
    void seal(Change& change, Storage& storage);
    /// The change with this link was appended.
    void keep(const Digest& link) { last_ = link; }
    /// The history may end otherwise than this chain has seen it.
    void forget() noexcept { last_.reset(); }

  private:
    Sha256 sha_;
    SaltSource salts_;
    std::optional<Digest> last_;
};

/// What is wrong with the chain of a whole history; empty when nothing is. Changes at its beginning
/// may have no link: those of the time before crmkit tied them.
std::vector<std::string> check_history(Storage& storage);

}  // namespace crmkit::engine
