/// Eight threads do everything at once on one store, which afterwards must be as its history says.
/// For ThreadSanitizer, too: the preset "tsan".
#include <functional>
#include <thread>

#include "crmkit/base/random.hpp"
#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/sales/opportunity_moves.hpp"
#include "engine/backends.hpp"
#include "fault/replay.hpp"
#include "fault/size.hpp"
#include "fault/soundness.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

constexpr int threads = 8;

/// What one thread does, by chance of its own. Others change and delete the same records meanwhile,
/// so that it may be told conflict and not_found, and nothing else.
class Worker {
  public:
    Worker(Crm crm, std::uint64_t seed) : crm_(std::move(crm)), random_(seed) {}

    void run(int steps) {
        Session me = crm_.as_system();
        for (int step = 0; step < steps; ++step) {
            try {
                do_one(me, random_.below(12));
            } catch (const Error& error) {
                CHECK_MESSAGE(
                    (error.code() == ErrorCode::conflict || error.code() == ErrorCode::not_found ||
                     error.code() == ErrorCode::illegal_transition),
                    error.what());
            }
        }
    }

  private:
    void do_one(Session& me, std::uint64_t what) {
        switch (what) {
            case 0:
            case 1:
                create(me);
                return;
            case 2:
            case 3:
                update(me);
                return;
            case 4:
                me.remove<Contact>(any<Contact>(me).id);
                return;
            case 5:
                sales::win_opportunity(me, {.opportunity = any<Opportunity>(me).id});
                return;
            case 6:
                (void)me.search<Contact>("lovel");
                return;
            case 7:
                read_rows(me);
                return;
            case 8:
                (void)customer_360(me, {.party = party(me)});
                return;
            case 9:
                (void)timeline(me, {.party = party(me)});
                return;
            case 10:
                (void)me.history(any<Account>(me).id);
                return;
            default:
                crm_.checkpoint();
                return;
        }
    }

    /// One of the newest records.
    template <RecordType T>
    T any(Session& me) {
        auto page = me.page<T>("order by id desc", {20, {}});
        if (page.records.empty()) {
            throw Error(ErrorCode::not_found, "there is none yet");
        }
        return page.records[random_.below(page.records.size())];
    }
    Link party(Session& me) { return {Account::entity_number, any<Account>(me).id}; }

    void create(Session& me) {
        TransactionScope together = me.transaction();
        const auto account = me.create(Account{.name = "Analytical Engines"});
        me.create(Contact{.first_name = "Ada", .last_name = "Lovelace", .account = account.id});
        me.create(Opportunity{
            .name = "Engine", .account = account.id, .amount = Money::of("100.00", "EUR")});
        if (random_.below(4) != 0) {
            together.commit();
        }
    }

    void update(Session& me) {
        auto contact = any<Contact>(me);
        contact.job_title = "Countess " + std::to_string(random_.below(1000));
        me.update(contact);
    }

    static void read_rows(Session& me) {
        std::size_t seen = 0;
        for (const auto& row : me.rows<Contact>("last_name = 'Lovelace' limit 50")) {
            seen += row.get<&Contact::last_name>().size();
        }
        CHECK(seen % std::string_view("Lovelace").size() == 0);
    }

    Crm crm_;
    Random random_;
};

void work_in_threads(const Crm& crm, int steps) {
    std::vector<std::thread> running;
    for (int thread = 0; thread < threads; ++thread) {
        running.emplace_back([&crm, steps, thread] {
            Worker(crm, static_cast<std::uint64_t>(thread) + 1).run(steps);
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
}

}  // namespace

TEST_CASE("eight threads that do everything at once leave a sound store") {
    const int steps = fault::by_size(60, 600, 6'000);
    on_each_store([&](Crm crm, TestClock&) {
        work_in_threads(crm, steps);
        Session me = crm.as_system();
        fault::Replay replay;
        fault::report(replay.follow(me));
        fault::report(replay.compare_all(me));
        fault::report(crm.check_integrity());
        CHECK(replay.position() > threads);
    });
}

TEST_CASE("backups taken while eight threads work are whole") {
    const TemporaryFolder folder;
    const std::string copy = folder.file("backup.db");
    Crm crm = Crm::open(folder.file("store.db"));
    std::thread others([&crm] { work_in_threads(crm, fault::by_size(40, 400, 4'000)); });
    crm.backup(copy);
    others.join();
    Crm restored = Crm::open(copy);
    Session me = restored.as_system();
    fault::Replay replay;
    fault::report(replay.follow(me));
    fault::report(replay.compare_all(me));
    fault::report(fault::check_soundness(restored, copy));
}
