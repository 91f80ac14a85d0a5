/// A5: what is in a pipeline by stage, from the tally that each write keeps.
#include "bench.hpp"
#include "crmkit/sales/stage_reports.hpp"
#include "raw/raw_pipeline.h"

namespace crmkit::bench {

namespace {

void add_opportunities(Session& me, int count) {
    const auto stages = me.query<Stage>("state = 'open' order by sort_order").all();
    Random random(9);
    Opportunity deal;
    int number = 0;
    me.create_stream(entity_of<Opportunity>(), BulkMode::all_or_nothing, [&]() -> void* {
        if (number == count) {
            return nullptr;
        }
        deal = {};
        deal.name = "Deal " + std::to_string(number++);
        deal.stage = stages[random.below(stages.size())].id;
        deal.amount = Money{random.between(1'000, 10'000'000),
                            Currency::of(random.chance(900) ? "EUR" : "USD")};
        return &deal;
    });
}

std::int64_t opportunities_in(const sales::StageContents& contents) {
    std::int64_t count = 0;
    for (const sales::StageContent& row : contents.rows) {
        count += row.count;
    }
    return count;
}

}  // namespace

void bench_pipeline(Bench& bench) {
    const int opportunities = bench.choose(20'000, 200'000);
    Specimen specimen({0, 0});
    Session me = specimen.crm().as_system();
    add_opportunities(me, opportunities);
    const auto raw = owned(raw_pipeline_open(specimen.copy().c_str()), raw_pipeline_close);
    const int reports = bench.choose(50, 200);
    bool agree = true;
    const Measured measured = measure(
        Bench::rounds(), 1,
        [&] {
            for (int i = 0; i < reports; ++i) {
                agree &= opportunities_in(sales::pipeline_by_stage(me, {})) == opportunities;
            }
        },
        [&] { agree &= raw_pipeline_by_stage(raw.get()) == opportunities; });
    require(agree, "the pipeline's count");
    bench.table().compare(
        {"A5", "pipeline by stage, open opportunities", "C by hand, a covering index"},
        {measured.crmkit / reports, measured.other}, bench.when_whole(at_least(30)));
}

}  // namespace crmkit::bench
