/// Random commands on records that hang together, each taken back and made again: what undo leaves
/// is what there was before.
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "backends.hpp"
#include "crmkit/base/random.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/value_text.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// What the live records say of each other, by entity and id.
using Snapshot = std::map<std::string, std::string>;

template <RecordType T>
void add(Session& me, Snapshot& snapshot, std::initializer_list<const char*> fields) {
    for (const T& record : me.query<T>()) {
        std::string& text = snapshot[std::string(T::structure_name) + to_string(record.id)];
        for (const char* name : fields) {
            text += to_text(field_of(entity_of<T>(), name).get(&record), &me.registry()) + "|";
        }
    }
}

Snapshot snapshot_of(Session& me) {
    Snapshot snapshot;
    add<Account>(me, snapshot, {"parent_account"});
    add<Contact>(me, snapshot, {"account", "reports_to"});
    add<AccountContact>(me, snapshot, {"account", "contact", "is_primary"});
    add<Opportunity>(me, snapshot, {"account", "primary_contact", "amount"});
    add<OpportunityContactRole>(me, snapshot, {"opportunity", "contact", "is_primary"});
    add<OpportunityLine>(me, snapshot, {"opportunity", "parent_bundle", "line_number"});
    return snapshot;
}

/// Does something at random; some of it is refused.
class Actor {
  public:
    Actor(Session& me, std::uint64_t seed) : me_(me), random_(seed) {}

    [[nodiscard]] bool chance() { return random_.chance(500); }

    void act() {
        using Act = void (Actor::*)();
        static constexpr Act acts[] = {&Actor::add_account,
                                       &Actor::add_contact,
                                       &Actor::add_link<AccountContact>,
                                       &Actor::add_deal,
                                       &Actor::add_link<OpportunityContactRole>,
                                       &Actor::add_line,
                                       &Actor::move_line,
                                       &Actor::change_contact,
                                       &Actor::change_deal,
                                       &Actor::change_link<AccountContact>,
                                       &Actor::change_link<OpportunityContactRole>,
                                       &Actor::remove<Account>,
                                       &Actor::remove<Contact>,
                                       &Actor::remove<Opportunity>,
                                       &Actor::remove<AccountContact>,
                                       &Actor::remove<OpportunityLine>};
        (this->*acts[random_.below(std::size(acts))])();
    }

  private:
    template <RecordType T>
    Id any() {
        const auto records = me_.query<T>("order by id").all();
        return records.empty() ? Id{} : records[random_.below(records.size())].id;
    }
    template <RecordType T>
    Id any_or_none() {
        return chance() ? any<T>() : Id{};
    }
    template <RecordType T>
    Value any_value_or_none() {
        const Id id = any_or_none<T>();
        return id ? Value(id) : Value();
    }

    void add_account() {
        me_.create(Account{.name = "A", .parent_account = any_or_none<Account>()});
    }
    void add_contact() {
        me_.create(Contact{.last_name = "C",
                           .account = any_or_none<Account>(),
                           .reports_to = any_or_none<Contact>()});
    }
    void add_deal() {
        me_.create(Opportunity{.name = "O",
                               .primary_contact = any_or_none<Contact>(),
                               .amount = Money::of("70", "EUR")});
    }
    template <RecordType T>
    void add_link() {
        T link{.contact = any<Contact>(), .is_primary = chance()};
        whole_of(link) = any_whole(link);
        me_.create(link);
    }
    static Id& whole_of(AccountContact& link) { return link.account; }
    static Id& whole_of(OpportunityContactRole& link) { return link.opportunity; }
    Id any_whole(const AccountContact&) { return any<Account>(); }
    Id any_whole(const OpportunityContactRole&) { return any<Opportunity>(); }

    void add_line() {
        const Id deal = any<Opportunity>();
        const auto bundle =
            me_.query<OpportunityLine>("opportunity = :deal limit 1", {{"deal", deal}}).first();
        me_.create(OpportunityLine{.opportunity = deal,
                                   .description = "L",
                                   .quantity = Decimal::of(1),
                                   .unit_price = Money::of("10", "EUR"),
                                   .parent_bundle = bundle && chance() ? bundle->id : Id{}});
    }
    void move_line() {
        me_.update<OpportunityLine>(any<OpportunityLine>(), {{"opportunity", any<Opportunity>()},
                                                             {"parent_bundle", Value()}});
    }
    void change_contact() {
        me_.update<Contact>(any<Contact>(), {{"account", any_value_or_none<Account>()}});
    }
    void change_deal() {
        me_.update<Opportunity>(any<Opportunity>(),
                                {{"primary_contact", any_value_or_none<Contact>()}});
    }
    template <RecordType T>
    void change_link() {
        if (chance()) {
            me_.update<T>(any<T>(), {{"is_primary", chance()}});
        } else {
            me_.update<T>(any<T>(), {{"contact", any<Contact>()}});
        }
    }
    template <RecordType T>
    void remove() {
        me_.remove<T>(any<T>());
    }

    Session& me_;
    Random random_;
};

/// The first change behind a position; 0 for none.
std::int64_t change_behind(Session& me, std::int64_t position) {
    const auto changes = me.changes_since(position + 1, 1);
    return changes.empty() ? 0 : changes.front().position;
}

std::int64_t last_position(Session& me) {
    const auto changes = me.changes_since(1, 1'000'000);
    return changes.back().position;
}

/// Takes a change back, makes it again by taking that back, and takes it back once more.
void undo_and_redo(Session& me, std::int64_t change, const Snapshot& before) {
    const Snapshot after = snapshot_of(me);
    const std::int64_t last = last_position(me);
    me.undo(change);
    CHECK(snapshot_of(me) == before);
    if (const std::int64_t undo = change_behind(me, last)) {
        me.undo(undo);
        CHECK(snapshot_of(me) == after);
    }
}

}  // namespace

TEST_CASE("after random commands undo leaves what there was before, and redo what there was then") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            Actor actor(me, seed);
            for (int step = 0; step < 40; ++step) {
                CAPTURE(seed);
                CAPTURE(step);
                const Snapshot before = snapshot_of(me);
                const std::int64_t last = last_position(me);
                try {
                    actor.act();
                } catch (const Error&) {
                    CHECK(snapshot_of(me) == before);
                    continue;
                }
                const std::int64_t change = change_behind(me, last);
                if (change != 0 && actor.chance()) {
                    undo_and_redo(me, change, before);
                }
            }
        }
        CHECK(crm.check_integrity().empty());
    });
}
