/// R9: the C interface beside the C++ one, doing the same.
#include <crmkit.h>

#include "bench.hpp"
#include "crmkit/schema/check.hpp"
#include "ready_contacts.hpp"

namespace crmkit::bench {

namespace {

constexpr std::string_view in_cxx = "the same in C++";

void require_ok(crmkit_code code) {
    if (code != CRMKIT_OK) {
        require(false, crmkit_error_message());
    }
}

/// What a getter is for each field.
enum class Getter : std::uint8_t { number, text, link };

Getter getter_of(const Field& field) {
    if (field.type() == FieldType::polymorphic_reference) {
        return Getter::link;
    }
    return value_kind(field.type()) == ValueKind::text || field.type() == FieldType::text_list
               ? Getter::text
               : Getter::number;
}

struct KnownField {
    std::int32_t id;
    Getter getter;
};

std::vector<KnownField> fields_of_contacts() {
    std::vector<KnownField> fields;
    for (const Field& field : entity_of<Contact>().fields) {
        fields.push_back({field.id, getter_of(field)});
    }
    return fields;
}

/// Reads every field of a record by the C getters, and gives a sum over them.
std::int64_t sum_by_getters(const crmkit_record* record, const std::vector<KnownField>& fields) {
    std::int64_t sum = 0;
    for (const KnownField& field : fields) {
        const char* text = nullptr;
        std::size_t length = 0;
        std::int64_t number = 0;
        std::int32_t entity = 0;
        switch (field.getter) {
            case Getter::link:
                require_ok(crmkit_get_link(record, field.id, &entity, &number));
                break;
            case Getter::text:
                require_ok(crmkit_get_text(record, field.id, &text, &length));
                break;
            case Getter::number:
                require_ok(crmkit_get_int64(record, field.id, &number));
                break;
        }
        sum += number + static_cast<std::int64_t>(length);
    }
    return sum;
}

/// A store, a session and a record of the C interface.
class ByC {
  public:
    explicit ByC(const std::string& path) {
        crmkit_options options;
        crmkit_options_init(&options, sizeof options);
        options.durability = CRMKIT_FAST;
        require_ok(crmkit_open(path.c_str(), -1, &options, &store));
        require_ok(crmkit_session_open(store, 0, &session));
        require_ok(crmkit_record_new(store, "contact", -1, &record));
    }
    ByC(const ByC&) = delete;
    ByC& operator=(const ByC&) = delete;
    ~ByC() {
        crmkit_record_free(record);
        crmkit_session_close(session);
        crmkit_close(store);
    }
    crmkit_store* store = nullptr;
    crmkit_session* session = nullptr;
    crmkit_record* record = nullptr;
};

Measured get(Bench& bench, ByC& c, Session& me) {
    const int gets = bench.choose(5'000, 20'000);
    const auto fields = fields_of_contacts();
    const auto& ids = bench.specimen().contacts();
    Random by_c(7);
    Random by_cxx(7);
    Contact contact;
    return measure(
        Bench::rounds(), gets,
        [&] {
            for (int i = 0; i < gets; ++i) {
                require_ok(crmkit_get(c.session, ids[by_c.below(ids.size())].value, c.record));
                look_at(sum_by_getters(c.record, fields));
            }
        },
        [&] {
            for (int i = 0; i < gets; ++i) {
                me.read(entity_of<Contact>(), ids[by_cxx.below(ids.size())], &contact);
                look_at(sum_over(RecordView(contact)));
            }
        });
}

void create_by_c(const ByC& c, const Person& person) {
    crmkit_record* record = nullptr;
    require_ok(crmkit_record_new(c.store, "contact", -1, &record));
    const auto set = [record](std::int32_t field, const std::string& text) {
        require_ok(
            crmkit_set_text(record, field, text.data(), static_cast<std::int64_t>(text.size())));
    };
    set(11, person.first_name);
    set(13, person.last_name);
    set(30, person.email);
    set(32, person.phone);
    require_ok(crmkit_create(c.session, record));
    crmkit_record_free(record);
}

/// Each side adds at the end of a file of its own.
Measured create_in_transaction(Bench& bench) {
    Specimen specimen({bench.choose(20'000, 100'000), 0});
    Session me = specimen.crm().as_system();
    const ByC c(specimen.copy());
    const int creates = bench.choose(1'000, 3'000);
    std::vector<std::vector<Person>> persons;
    for (int round = 0; round < Bench::rounds(); ++round) {
        persons.push_back(people(creates, 20'000'000 + round * creates));
    }
    std::size_t round_of_c = 0;
    std::size_t round_of_cxx = 0;
    return measure(
        Bench::rounds(), creates,
        [&] {
            require_ok(crmkit_begin(c.session));
            for (const Person& person : persons[round_of_c++]) {
                create_by_c(c, person);
            }
            require_ok(crmkit_commit(c.session));
        },
        [&] {
            TransactionScope transaction = me.transaction();
            for (const Person& person : persons[round_of_cxx++]) {
                Contact contact = person.contact();
                me.insert(MutableRecordView(contact));
            }
            transaction.commit();
        });
}

Measured cursor(Bench& bench, ByC& c, Session& me) {
    return measure(
        Bench::rounds(), static_cast<double>(bench.specimen().contacts().size()),
        [&] {
            crmkit_cursor* all = nullptr;
            require_ok(crmkit_query(c.session, "contact", -1, "order by id", -1, nullptr, 0, &all));
            std::int32_t has_record = 1;
            while (has_record != 0) {
                require_ok(crmkit_cursor_next(all, c.record, &has_record));
                look_at(has_record);
            }
            crmkit_cursor_close(all);
        },
        [&] {
            for (const Contact& contact : me.query<Contact>("order by id")) {
                look_at(static_cast<std::int64_t>(contact.version));
            }
        });
}

}  // namespace

void bench_c(Bench& bench) {
    ByC c(bench.specimen().path());
    Session me = bench.specimen().crm().as_system();
    bench.table().compare({"R9", "C: get by id and every getter", in_cxx}, get(bench, c, me),
                          at_most(1.05));
    bench.table().compare({"R9", "C: create in a transaction", in_cxx},
                          create_in_transaction(bench), at_most(1.10));
    bench.table().compare({"R9", "C: cursor over all", in_cxx}, cursor(bench, c, me),
                          at_most(1.10));
}

}  // namespace crmkit::bench
