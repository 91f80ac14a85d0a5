/// What sales keep up to date is what a full recomputation says, after random histories.
#include <doctest/doctest.h>

#include <map>
#include <utility>

#include "crmkit/base/random.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/value_text.hpp"
#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Does random things to a store, many of which are refused.
class Life {
  public:
    Life(Session& session, ManualClock& clock, std::uint64_t seed)
        : me_(session), clock_(clock), random_(seed) {
        sales::create_pipeline_from_template(me_, {.template_key = "spancor"});
        stages_ = me_.query<Stage>("order by id").all();
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            clock_.advance(std::chrono::seconds(random_.between(0, 200'000)));
            const bool is_dropped = random_.chance(100);
            auto transaction = me_.transaction();
            try {
                step();
                if (!is_dropped) {
                    transaction.commit();
                }
            } catch (const Error& error) {
                CAPTURE(error.message());
                CHECK(error.code() != ErrorCode::internal);
                ++refused;
            }
        }
    }

    int refused = 0;

  private:
    Id any_deal() {
        const auto deals = me_.query<Opportunity>("order by id").all();
        return deals.empty() ? me_.create(Opportunity{.name = "First"}).id
                             : deals[random_.below(deals.size())].id;
    }
    Id any_stage() { return stages_[random_.below(stages_.size())].id; }
    Money any_money() {
        return Money::of_minor(random_.between(0, 100'000),
                               Currency::of(random_.chance(800) ? "EUR" : "JPY"));
    }
    OpportunityLine new_line() {
        OpportunityLine line{.opportunity = any_deal(),
                             .description = "line",
                             .quantity = Decimal::of(random_.between(0, 9)),
                             .unit_price = any_money()};
        if (random_.chance(500)) {
            line.discount_percent = Decimal::of(random_.between(0, 100));
        }
        if (random_.chance(500)) {
            line.tax = Money::of_minor(random_.between(0, 900), line.unit_price->currency);
        }
        return line;
    }
    std::optional<OpportunityLine> any_line() {
        const auto lines = me_.query<OpportunityLine>("order by id").all();
        return lines.empty() ? std::nullopt : std::optional(lines[random_.below(lines.size())]);
    }

    void step() {
        switch (random_.below(14)) {
            case 0:
            case 1: {
                Opportunity deal{.name = "Deal"};
                deal.stage = random_.chance(500) ? any_stage() : Id{};
                if (random_.chance(300)) {
                    deal.close_date =
                        me_.now().date() - static_cast<std::int32_t>(random_.below(60));
                    deal.opened_on =
                        *deal.close_date - static_cast<std::int32_t>(random_.below(60));
                }
                deal.amount = any_money();
                me_.create(deal);
                return;
            }
            case 2:
                sales::move_stage(me_, {.opportunity = any_deal(),
                                        .stage = any_stage(),
                                        .reason = random_.chance(500) ? "why" : ""});
                return;
            case 3:
                me_.update<Opportunity>(any_deal(), {{"stage", any_stage()}});
                return;
            case 4:
                sales::win_opportunity(me_, {.opportunity = any_deal()});
                return;
            case 5:
                sales::lose_opportunity(me_, {.opportunity = any_deal(), .reason = "price"});
                return;
            case 6:
                sales::reopen_opportunity(me_, {.opportunity = any_deal()});
                return;
            case 7:
            case 8:
                me_.create(new_line());
                return;
            case 9:
                if (const auto line = any_line()) {
                    me_.update<OpportunityLine>(
                        line->id, {{"unit_price", any_money()}, {"opportunity", any_deal()}});
                }
                return;
            case 10:
                if (const auto line = any_line()) {
                    me_.remove<OpportunityLine>(line->id);
                    if (random_.chance(500)) {
                        me_.restore<OpportunityLine>(line->id);
                    }
                }
                return;
            case 11:
                me_.update<Opportunity>(any_deal(), {{"freight", any_money()}});
                return;
            case 12: {
                const Id deal = any_deal();
                me_.remove<Opportunity>(deal);
                if (random_.chance(800)) {
                    me_.restore<Opportunity>(deal);
                }
                return;
            }
            default: {
                const auto entries = me_.history(any_deal());
                const HistoryEntry& entry = entries[random_.below(entries.size())];
                if (entry.kind == ChangeKind::updated) {
                    me_.undo(entry.position);
                }
                return;
            }
        }
    }

    Session& me_;
    ManualClock& clock_;
    Random random_;
    std::vector<Stage> stages_;
};

void check_totals(Session& me, const Opportunity& deal) {
    std::optional<Money> gross;
    std::optional<Money> sum;
    std::optional<Money> tax;
    for (const OpportunityLine& line :
         me.query<OpportunityLine>("opportunity = :deal", {{"deal", deal.id}})) {
        const Money price = scaled(*line.unit_price, *line.quantity);
        gross = gross ? *gross + price : price;
        sum = sum ? *sum + *line.amount : *line.amount;
        if (line.tax) {
            tax = tax ? *tax + *line.tax : *line.tax;
        }
    }
    CHECK(deal.total_line_item_amount == gross);
    CHECK(deal.total_tax == tax);
    if (!sum) {
        CHECK_FALSE(deal.total_discount);
        CHECK_FALSE(deal.total_amount);
        return;
    }
    CHECK(deal.amount == sum);
    CHECK(deal.total_discount == *gross - *sum);
    const Money nothing = Money::of_minor(0, sum->currency);
    CHECK(deal.total_amount == *sum + tax.value_or(nothing) + deal.freight.value_or(nothing));
}

void check_deal(Session& me, const Opportunity& deal) {
    const auto stage = me.get<Stage>(deal.stage);
    CHECK(deal.pipeline == stage.pipeline);
    CHECK(deal.state == stage.state);
    const bool is_closed = deal.state != OpportunityState::open;
    CHECK(deal.closed_at.has_value() == is_closed);
    if (is_closed) {
        REQUIRE(deal.close_date);
        CHECK(deal.probability == stage.probability);
    }
    check_totals(me, deal);
}

/// The stages that an opportunity went through, as its history tells.
std::vector<Id> stages_in_history(Session& me, Id deal) {
    std::vector<Id> stages;
    for (const HistoryEntry& entry : me.history(deal)) {
        for (const FieldChange& change : entry.fields) {
            if (change.field == "stage" && entry.entity == "opportunity") {
                stages.push_back(change.after.view().id());
            }
        }
    }
    return stages;
}

void check_stays(Session& me, const Opportunity& deal) {
    const auto stays = stays_of(me, deal.id);
    const auto stages = stages_in_history(me, deal.id);
    REQUIRE(stays.size() == stages.size());
    for (std::size_t i = 0; i < stays.size(); ++i) {
        const StageHistory& stay = stays[i];
        CHECK(stay.to_stage == stages[i]);
        CHECK(stay.from_stage == (i == 0 ? Id{} : stages[i - 1]));
        if (i + 1 < stays.size()) {
            CHECK(stay.left_at == stays[i + 1].entered_at);
            CHECK(stay.duration_seconds ==
                  (stay.left_at->microseconds - stay.entered_at->microseconds) /
                      Instant::per_second);
        } else {
            CHECK_FALSE(stay.left_at);
            CHECK(stay.to_stage == deal.stage);
        }
    }
}

void check_reports(Session& me) {
    std::map<Id, std::int64_t> entered;
    std::map<std::pair<Id, Id>, std::int64_t> moved;
    std::map<Id, std::int64_t> inside;
    std::int64_t won = 0;
    std::int64_t lost = 0;
    for (const Opportunity& deal : me.query<Opportunity>().all()) {
        won += deal.state == OpportunityState::won ? 1 : 0;
        lost += deal.state == OpportunityState::lost ? 1 : 0;
        ++inside[deal.stage];
        for (const StageHistory& stay : stays_of(me, deal.id)) {
            ++entered[stay.to_stage];
            if (stay.from_stage) {
                ++moved[{stay.from_stage, stay.to_stage}];
            }
        }
    }
    const auto rates = sales::win_rate(me, {.by = "stage"});
    CHECK(rates.won == won);
    CHECK(rates.lost == lost);
    std::int64_t rows = 0;
    for (const auto& row : sales::stage_conversion(me, {}).rows) {
        CHECK(row.entered == entered[row.from_stage]);
        CHECK(row.moved ==
              (row.to_stage ? moved[{row.from_stage, row.to_stage}] : inside[row.from_stage]));
        rows += row.to_stage ? 1 : 0;
    }
    CHECK(rows == static_cast<std::int64_t>(moved.size()));
    std::map<Id, std::int64_t> counted;
    for (const auto& row : sales::pipeline_by_stage(me, {}).rows) {
        counted[row.stage] += row.count;
    }
    for (const auto& [stage, count] : counted) {
        CHECK(count == inside[stage]);
    }
    for (const auto& row : sales::stage_durations(me, {}).rows) {
        CHECK(row.entered == entered[row.stage]);
        CHECK(row.entered - row.left == inside[row.stage]);
    }
    // The first is read from the tally, the second by looking at every opportunity.
    CHECK(to_json(sales::pipeline_by_stage(me, {})) ==
          to_json(sales::pipeline_by_stage(me, {.where = "1 = 1"})));
}

/// Everything that the history says, to compare stores by.
std::string digest(Session& me) {
    std::string text;
    for (const HistoryEntry& entry : me.changes_since(1, 1'000'000)) {
        text += std::to_string(entry.record.value) + entry.entity + entry.origin + ':';
        for (const FieldChange& change : entry.fields) {
            text += change.field + '=' + to_text(change.after) + ';';
        }
        text += '\n';
    }
    return text;
}

}  // namespace

TEST_CASE("derived is recomputed after random histories") {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        std::vector<std::string> digests;
        for (const bool in_memory : {true, false}) {
            CAPTURE(seed);
            CAPTURE(in_memory);
            TestClock time;
            OpenOptions options = time.options();
            options.replica = 1;
            const Crm crm = in_memory ? Crm::open_memory(options) : Crm::open(":memory:", options);
            Session me = crm.as_system();
            Life life(me, *time.clock, seed);
            life.live(250);
            CHECK(life.refused > 10);
            const auto deals = me.query<Opportunity>("order by id").all();
            CHECK(deals.size() > 10);
            for (const Opportunity& deal : deals) {
                CAPTURE(deal.id.value);
                check_deal(me, deal);
                check_stays(me, deal);
            }
            check_reports(me);
            CHECK(crm.check_integrity().empty());
            digests.push_back(digest(me));
        }
        CHECK(digests[0] == digests[1]);
    }
}
