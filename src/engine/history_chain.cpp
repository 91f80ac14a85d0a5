#include "history_chain.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <utility>

#include "crmkit/base/error.hpp"

namespace crmkit::engine {

// ---- SHA-256 by OpenSSL, whose objects are made once: making them costs more than a short hash

struct Sha256::State {
    State() : method(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context(EVP_MD_CTX_new()) {
        if (method == nullptr || context == nullptr) {
            release();
            throw std::bad_alloc();
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { release(); }

    void release() {
        EVP_MD_CTX_free(context);
        EVP_MD_free(method);
    }
    static void require(int result) {
        if (result != 1) {
            throw Error(ErrorCode::internal, "the system's OpenSSL cannot compute a SHA-256");
        }
    }

    EVP_MD* method;
    EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    State::require(EVP_DigestInit_ex2(state_->context, state_->method, nullptr));
}
Sha256::~Sha256() = default;

void Sha256::add(const void* bytes, std::size_t size) {
    State::require(EVP_DigestUpdate(state_->context, bytes, size));
}

Digest Sha256::take() {
    Digest digest;
    State::require(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), nullptr));
    State::require(EVP_DigestInit_ex2(state_->context, nullptr, nullptr));
    return digest;
}

// ---- Salts

SaltSource::Salt SaltSource::next(Sha256& sha) {
    Salt salt;
    const bool is_second_half = drawn_ % 2 == 1;
    if (!is_second_half) {
        std::array<std::uint8_t, 8> counter{};
        for (std::size_t i = 0; i < counter.size(); ++i) {
            counter[i] = static_cast<std::uint8_t>(drawn_ >> (8 * i));
        }
        sha.add(key_.bytes);
        sha.add(counter);
        block_ = sha.take();
    }
    std::copy_n(block_.bytes.begin() + (is_second_half ? salt.size() : 0), salt.size(),
                salt.begin());
    ++drawn_;
    return salt;
}

// ---- The chain

namespace {

/// The parts of a change that are not its values, each of a fixed size but the origin, which comes
/// last: no two changes have the same bytes.
class ChangeBytes {
  public:
    explicit ChangeBytes(const Change& change) {
        add(change.at.microseconds);
        add(change.actor.value);
        add(change.cause);
        add(change.entity);
        add(change.record.value);
        add(static_cast<std::int64_t>(change.kind));
        add(change.version);
    }
    [[nodiscard]] const std::array<std::uint8_t, 56>& bytes() const { return bytes_; }

  private:
    void add(std::int64_t number) {
        for (int shift = 0; shift < 64; shift += 8) {
            bytes_[size_++] =
                static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift);
        }
    }
    std::array<std::uint8_t, 56> bytes_{};
    std::size_t size_ = 0;
};

/// The link of a change to the one with the link `before`. The values go in by a commitment, so
/// that they can be destroyed one day without breaking the chain.
Digest link_of(Sha256& sha, const Digest& before, const Change& change) {
    sha.add(change.salt);
    sha.add(change.values.data(), change.values.size());
    const Digest commitment = sha.take();
    sha.add(before.bytes);
    sha.add(commitment.bytes);
    sha.add(ChangeBytes(change).bytes());
    sha.add(change.origin.data(), change.origin.size());
    return sha.take();
}

}  // namespace

void HistoryChain::seal(Change& change, Storage& storage) {
    if (!last_) {
        const auto last = storage.change(storage.last_position());
        last_ = last ? last->link : Digest{};
    }
    change.salt = salts_.next(sha_);
    change.link = link_of(sha_, *last_, change);
}

std::vector<std::string> check_history(Storage& storage) {
    Sha256 sha;
    Digest before;
    std::int64_t expected = 1;
    std::vector<std::string> found;
    storage.changes({}, 1, [&](const Change& change) {
        if (change.position != expected) {
            found.push_back(fmt::format("the history has no change {}", expected));
        } else if (change.link ? change.link != link_of(sha, before, change)
                               : static_cast<bool>(before)) {
            found.push_back(fmt::format(
                "the history's change {} does not follow from those before it: one of them was "
                "altered",
                change.position));
        }
        before = change.link;
        expected = change.position + 1;
        return found.empty();
    });
    return found;
}

}  // namespace crmkit::engine
