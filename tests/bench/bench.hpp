/// `Bench`: what the groups of measurements share, and the groups.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "specimen.hpp"
#include "table.hpp"

namespace crmkit::bench {

/// How much is measured.
enum class Extent : std::uint8_t {
    quick,  ///< some minutes, with small stores: for every change of the code
    whole,  ///< with the stores that the targets speak of
    full,   ///< and with those that take an hour to fill
};

/// A number for each extent.
template <typename T>
T by_extent(Extent extent, T quick, T whole, T full) {
    return extent == Extent::quick ? quick : extent == Extent::whole ? whole : full;
}

/// What the groups share. The big store is made when the first of them asks for it.
class Bench {
  public:
    Bench(Extent extent, Table& table) : extent_(extent), table_(table) {}

    [[nodiscard]] Table& table() const { return table_; }
    [[nodiscard]] Extent extent() const { return extent_; }
    [[nodiscard]] bool is_quick() const { return extent_ == Extent::quick; }
    template <typename T>
    [[nodiscard]] T choose(T quick, T whole) const {
        return by_extent(extent_, quick, whole, whole);
    }
    /// Rounds of each side for work that takes a moment.
    [[nodiscard]] static int rounds() { return 9; }
    /// A target that only stores of the whole size can reach: a quick run does not judge by it.
    [[nodiscard]] Target when_whole(Target target) const {
        target.is_binding = !is_quick();
        return target;
    }
    /// The store of a million contacts, or less in a quick run.
    [[nodiscard]] Specimen& specimen() {
        if (!specimen_) {
            specimen_.emplace(
                Crowd{choose(50'000, 1'000'000), by_extent(extent_, 10'000, 200'000, 5'000'000)});
        }
        return *specimen_;
    }

  private:
    Extent extent_;
    Table& table_;
    std::optional<Specimen> specimen_;
};

/// Owns one of the other side's handles.
template <typename Handle>
using Owned = std::unique_ptr<Handle, void (*)(Handle*)>;

/// Takes what a raw_…_open() gave. Throws io for NULL.
template <typename Handle>
Owned<Handle> owned(Handle* handle, void (*close)(Handle*)) {
    if (handle == nullptr) {
        throw Error(ErrorCode::io, "the raw side cannot open its file");
    }
    return {handle, close};
}

/// Looks at every field of a contact, a Row or a RecordView, where it lies, and gives a sum over
/// them as the other side does.
template <typename Source>
std::int64_t sum_over(const Source& contact) {
    std::int64_t sum = 0;
    for (const Field& field : entity_of<Contact>().fields) {
        const ValueView value = contact.get(field);
        sum += value.kind() == ValueKind::text ? static_cast<std::int64_t>(value.text().size())
                                               : static_cast<std::int64_t>(value.kind());
    }
    return sum;
}

/// Ends the run where the raw side has failed.
inline void require(bool went_well, const char* what) {
    if (!went_well) {
        throw Error(ErrorCode::internal, std::string("the other side failed: ") + what);
    }
}

void bench_reads(Bench& bench);
void bench_queries(Bench& bench);
void bench_writes(Bench& bench);
void bench_c(Bench& bench);
void bench_commits(Bench& bench);
void bench_pipeline(Bench& bench);
void bench_exchange(Bench& bench);
void bench_search(Bench& bench);
void bench_customer(Bench& bench);
void bench_growth(Bench& bench);
void bench_memory(Bench& bench);
void bench_bombs(Bench& bench);

}  // namespace crmkit::bench
