/// What a read that fails in the middle of a write leaves behind in memory.
#include <doctest/doctest.h>

#include <vector>

#include "fault/aftermath.hpp"
#include "fault/faulty_files.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

/// The number of the first read that a deletion does well without. Before each, a deletion fails
/// in it, and the next works.
std::int64_t sweep_reads_of_deletion(const std::string& path, Trap& trap) {
    for (std::int64_t nth = 1;; ++nth) {
        Crm crm = Crm::open(path, options_of_a_run());
        Session me = crm.as_system();
        const Id spoilt = me.create(Contact{.last_name = "Spoilt"}).id;
        const Id other = me.create(Contact{.last_name = "Other"}).id;
        // So much that the index is not in the page cache any more.
        me.create_many(
            std::vector<Account>(5, {.name = "Long", .description = std::string(30'000, 'x')}));
        try {
            const Trap::Armed armed(trap, nth);
            me.remove<Contact>(spoilt);
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::io);
        }
        INFO("read ", nth, " of a deletion fails");
        CHECK_NOTHROW(me.remove<Contact>(other));
        CHECK_NOTHROW(me.create(Contact{.last_name = "Next"}));
        if (!trap.has_struck()) {
            return nth;
        }
    }
}

}  // namespace

TEST_CASE("regression: a search index whose count could not be read counts right afterwards") {
    const testing::TemporaryFolder folder;
    Trap trap;
    FaultyFiles files(Fault::io_error, trap);
    const WatchedFiles system(files);
    const std::string path = folder.file("store.db");
    CHECK(sweep_reads_of_deletion(path, trap) > 10);
    for (const std::string& finding : reopen(path).findings) {
        FAIL_CHECK(finding);
    }
}

}  // namespace crmkit::fault
