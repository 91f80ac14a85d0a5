/// R8: queries by text, of a shape that is known and of one that is new.
#include <string>

#include "bench.hpp"
#include "raw/raw_reader.h"

namespace crmkit::bench {

namespace {

std::string any_email(Random& random, const Specimen& specimen) {
    return "person" + std::to_string(random.below(specimen.contacts().size())) + "@example.com";
}

/// The records of a query, looked at.
void look_at_found(Results<Contact> found) {
    for (const Contact& contact : found) {
        look_at(static_cast<std::int64_t>(contact.last_name.size()));
    }
}

Measured with_parameter(Bench& bench, Session& me, raw_reader* raw) {
    const int queries = bench.choose(3'000, 10'000);
    Random ours(3);
    Random theirs(3);
    return measure(
        Bench::rounds(), queries,
        [&] {
            for (int i = 0; i < queries; ++i) {
                look_at_found(me.query<Contact>("email_normal = :email order by id",
                                                {{"email", any_email(ours, bench.specimen())}}));
            }
        },
        [&] {
            for (int i = 0; i < queries; ++i) {
                look_at(raw_by_email(raw, any_email(theirs, bench.specimen()).c_str()));
            }
        });
}

Measured with_literal(Bench& bench, Session& me, raw_reader* raw) {
    const int queries = bench.choose(1'000, 3'000);
    Random ours(4);
    Random theirs(4);
    return measure(
        Bench::rounds(), queries,
        [&] {
            for (int i = 0; i < queries; ++i) {
                look_at_found(me.query<Contact>(
                    "email_normal = '" + any_email(ours, bench.specimen()) + "' order by id"));
            }
        },
        [&] {
            for (int i = 0; i < queries; ++i) {
                look_at(raw_by_literal_email(raw, any_email(theirs, bench.specimen()).c_str()));
            }
        });
}

}  // namespace

void bench_queries(Bench& bench) {
    Session me = bench.specimen().crm().as_system();
    const auto raw = owned(raw_reader_open(bench.specimen().path().c_str()), raw_reader_close);
    bench.table().compare({"R8", "query by text with a parameter", "C by hand, prepared once"},
                          with_parameter(bench, me, raw.get()), at_most(1.15));
    bench.table().compare(
        {"R8", "query by a text never seen before", "C by hand, prepared each time"},
        with_literal(bench, me, raw.get()), at_most(1.50));
}

}  // namespace crmkit::bench
