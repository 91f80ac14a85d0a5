/// The figures of crmkit beside those of hand-written C on the same file. Prints a table in
/// Markdown and ends with 1 when a figure misses its target by more than half.
#include <crmkit.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/search_text.hpp"
#include "raw_twin.h"
#include "rounds.hpp"

using namespace crmkit;
using namespace crmkit::bench;

namespace {

struct Size {
    int contacts = 100'000;
    int accounts = 500;
    int rounds = 9;
    int gets = 20'000;
    int pages = 300;
    int inserts = 3'000;
};

constexpr const char* given_names[] = {"Ada",   "Bruno", "Chloé", "Dmitri",
                                       "Elena", "Farid", "Grace", "Hiro"};
constexpr const char* family_names[] = {"Lovelace", "Müller", "García", "Novak",
                                        "Okafor",   "Silva",  "Tanaka", "Weber"};

Contact contact_number(int number, Random& random, const std::vector<Id>& accounts) {
    const std::string text = std::to_string(number);
    Contact contact;
    contact.first_name = given_names[random.below(8)];
    contact.last_name = std::string(family_names[random.below(8)]) + " " + text;
    contact.account = accounts.empty() ? Id{} : accounts[random.below(accounts.size())];
    contact.email = "person" + text + "@example.com";
    contact.phone = "+4930" + std::to_string(1'000'000 + number);
    contact.job_title = "Engineer";
    contact.language = "en";
    return contact;
}

/// A store of contacts to measure on, gone with this object.
class Specimen {
  public:
    explicit Specimen(const Size& size)
        : path_(std::filesystem::temp_directory_path() /
                ("crmkit_bench_" + std::to_string(getpid()) + ".db")) {
        remove();
        OpenOptions options;
        options.durability = Durability::fast;
        crm_.emplace(Crm::open(path_.string(), options));
        Session me = crm_->as_system();
        for (int i = 0; i < size.accounts; ++i) {
            accounts_.push_back(me.create(Account{.name = "Account " + std::to_string(i)}).id);
        }
        Random random(1);
        int number = 0;
        const auto results =
            me.create_stream(entity_of<Contact>(), BulkMode::all_or_nothing, [&]() -> void* {
                if (number == size.contacts) {
                    return nullptr;
                }
                row_ = contact_number(number++, random, accounts_);
                return &row_;
            });
        for (const RowResult& result : results) {
            contacts_.push_back(result.id);
        }
    }
    Specimen(const Specimen&) = delete;
    Specimen& operator=(const Specimen&) = delete;
    ~Specimen() {
        crm_.reset();
        remove();
    }

    [[nodiscard]] Crm& crm() { return *crm_; }
    [[nodiscard]] std::string path() const { return path_.string(); }
    /// Another file with the same records.
    [[nodiscard]] std::string copy() {
        crm_->backup(copy_path());
        return copy_path();
    }
    [[nodiscard]] const std::vector<Id>& contacts() const { return contacts_; }
    [[nodiscard]] const std::vector<Id>& accounts() const { return accounts_; }

  private:
    [[nodiscard]] std::string copy_path() const { return path() + ".copy"; }
    void remove() const {
        for (const std::string& file : {path(), copy_path()}) {
            for (const char* suffix : {"", "-wal", "-shm"}) {
                std::error_code ignored;
                std::filesystem::remove(file + suffix, ignored);
            }
        }
    }

    std::filesystem::path path_;
    std::optional<Crm> crm_;
    std::vector<Id> accounts_;
    std::vector<Id> contacts_;
    Contact row_;
};

using RawTwin = std::unique_ptr<raw_twin, void (*)(raw_twin*)>;

RawTwin open_raw(const std::string& path) {
    RawTwin raw(raw_open(path.c_str()), &raw_close);
    if (raw == nullptr) {
        throw Error(ErrorCode::io, "the raw side cannot open " + path);
    }
    return raw;
}

/// Keeps a result alive as far as the optimizer can tell.
volatile std::int64_t sink = 0;

Measured measure_get(const Size& size, Specimen& specimen, raw_twin* raw) {
    Session me = specimen.crm().as_system();
    Contact contact;
    Random ours(2);
    Random theirs(2);
    const auto& ids = specimen.contacts();
    return measure(
        size.rounds, size.gets,
        [&] {
            for (int i = 0; i < size.gets; ++i) {
                me.read(entity_of<Contact>(), ids[ours.below(ids.size())], &contact);
                sink = sink + static_cast<std::int64_t>(contact.last_name.size());
            }
        },
        [&] {
            for (int i = 0; i < size.gets; ++i) {
                sink = sink + raw_get(raw, ids[theirs.below(ids.size())].value);
            }
        });
}

void require_ok(crmkit_code code) {
    if (code != CRMKIT_OK) {
        std::fprintf(stderr, "%s\n", crmkit_error_message());
        std::exit(2);
    }
}

/// Reads every field of a record by the C getters.
void read_all(crmkit_record* record) {
    for (const Field& field : entity_of<Contact>().fields) {
        const char* text = nullptr;
        std::size_t length = 0;
        std::int64_t number = 0;
        std::int32_t entity = 0;
        if (field.type() == FieldType::polymorphic_reference) {
            require_ok(crmkit_get_link(record, field.id, &entity, &number));
        } else if (value_kind(field.type()) == ValueKind::text ||
                   field.type() == FieldType::text_list) {
            require_ok(crmkit_get_text(record, field.id, &text, &length));
        } else {
            require_ok(crmkit_get_int64(record, field.id, &number));
        }
        sink = sink + number + static_cast<std::int64_t>(length);
    }
}

Measured measure_c_get(const Size& size, Specimen& specimen, raw_twin* raw) {
    crmkit_store* store = nullptr;
    crmkit_session* session = nullptr;
    crmkit_record* record = nullptr;
    require_ok(crmkit_open(specimen.path().c_str(), -1, nullptr, &store));
    require_ok(crmkit_session_open(store, 0, &session));
    require_ok(crmkit_record_new(store, "contact", -1, &record));
    Random ours(3);
    Random theirs(3);
    const auto& ids = specimen.contacts();
    const Measured measured = measure(
        size.rounds, size.gets,
        [&] {
            for (int i = 0; i < size.gets; ++i) {
                require_ok(crmkit_get(session, ids[ours.below(ids.size())].value, record));
                read_all(record);
            }
        },
        [&] {
            for (int i = 0; i < size.gets; ++i) {
                sink = sink + raw_get(raw, ids[theirs.below(ids.size())].value);
            }
        });
    crmkit_record_free(record);
    crmkit_session_close(session);
    crmkit_close(store);
    return measured;
}

Measured measure_page(const Size& size, Specimen& specimen, raw_twin* raw) {
    Session me = specimen.crm().as_system();
    Random ours(4);
    Random theirs(4);
    const auto& ids = specimen.accounts();
    return measure(
        size.rounds, size.pages,
        [&] {
            for (int i = 0; i < size.pages; ++i) {
                const auto page =
                    me.page<Contact>("account = :account order by last_name", {100, {}},
                                     {{"account", ids[ours.below(ids.size())]}});
                sink = sink + static_cast<std::int64_t>(page.records.size());
            }
        },
        [&] {
            for (int i = 0; i < size.pages; ++i) {
                sink = sink + raw_page(raw, ids[theirs.below(ids.size())].value, 101);
            }
        });
}

Measured measure_scan(const Size& size, Specimen& specimen, raw_twin* raw) {
    Session me = specimen.crm().as_system();
    return measure(
        size.rounds, size.contacts,
        [&] {
            for (const Contact& contact : me.query<Contact>("order by id")) {
                sink = sink + static_cast<std::int64_t>(contact.last_name.size());
            }
        },
        [&] { sink = sink + raw_scan(raw); });
}

/// The rows that the twin inserts, made before the clock runs: crmkit has to work them out.
class ReadyRows {
  public:
    ReadyRows(int count, int first_number, Id first_id, Instant now) {
        Random random(5);
        contacts_.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            Contact& contact = contacts_.emplace_back(contact_number(first_number + i, random, {}));
            contact.job_title.clear();
            contact.language.clear();
            contact.id = Id{first_id.value + i};
            contact.created_at = now;
            contact.full_name = contact.first_name + " " + contact.last_name;
            contact.email_normal = contact.email;
            contact.phone_normal = contact.phone;
            words_.push_back(search_text(entity_of<Contact>(), &contact));
            history_.push_back(history_of(contact));
        }
    }
    [[nodiscard]] std::size_t size() const { return contacts_.size(); }
    [[nodiscard]] raw_contact row(std::size_t i, std::int64_t position) const {
        const Contact& c = contacts_[i];
        return {c.id.value,
                c.created_at.microseconds,
                position,
                c.first_name.c_str(),
                c.last_name.c_str(),
                c.full_name.c_str(),
                c.email.c_str(),
                c.email_normal.c_str(),
                c.phone.c_str(),
                c.phone_normal.c_str(),
                history_[i].c_str(),
                words_[i].c_str(),
                {static_cast<unsigned char>(i), static_cast<unsigned char>(i >> 8U)}};
    }

  private:
    static std::string history_of(const Contact& contact) {
        std::string json = "{";
        for (const Field& field : entity_of<Contact>().fields) {
            const ValueView value = RecordView(contact).get(field);
            if (field.id > header::count && value.kind() == ValueKind::text) {
                json += (json.size() == 1 ? "\"" : ",\"") + std::to_string(field.id) +
                        "\":[null,\"" + std::string(value.text()) + "\"]";
            } else if (value.kind() == ValueKind::boolean) {
                json += ",\"" + std::to_string(field.id) + "\":[null,\"false\"]";
            }
        }
        return json + "}";
    }

    std::vector<Contact> contacts_;
    std::vector<std::string> words_;
    std::vector<std::string> history_;
};

/// What a program has of a contact before it hands it over.
struct Person {
    std::string first_name;
    std::string last_name;
    std::string email;
    std::string phone;
};

/// The twin writes a copy of the store, so that each side adds at the end of its own tables: rows
/// that one added before those of the other would split its pages.
Measured measure_insert(const Size& size, Specimen& specimen) {
    Session me = specimen.crm().as_system();
    const RawTwin twin = open_raw(specimen.copy());
    raw_twin* const raw = twin.get();
    const Id start = me.query<Contact>("order by id desc limit 1").all().at(0).id;
    int number = 10'000'000;
    Random random(5);
    std::int64_t next_raw_id = start.value + 1;
    std::vector<std::vector<Person>> people;
    std::vector<ReadyRows> ready;
    for (int round = 0; round < size.rounds; ++round) {
        auto& mine = people.emplace_back();
        for (int i = 0; i < size.inserts; ++i) {
            const Contact contact = contact_number(number++, random, {});
            mine.push_back({contact.first_name, contact.last_name, contact.email, contact.phone});
        }
        ready.emplace_back(size.inserts, number, Id{next_raw_id}, me.now());
        number += size.inserts;
        next_raw_id += size.inserts;
    }
    std::size_t our_round = 0;
    std::size_t round = 0;
    return measure(
        size.rounds, size.inserts,
        [&] {
            TransactionScope transaction = me.transaction();
            for (const Person& person : people[our_round++]) {
                Contact contact;
                contact.first_name = person.first_name;
                contact.last_name = person.last_name;
                contact.email = person.email;
                contact.phone = person.phone;
                me.insert(MutableRecordView(contact));
            }
            transaction.commit();
        },
        [&] {
            const ReadyRows& rows = ready[round++];
            int failed = raw_begin(raw);
            std::int64_t position = raw_last_position(raw);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const raw_contact row = rows.row(i, ++position);
                failed |= raw_insert(raw, &row);
            }
            if (failed | raw_commit(raw)) {
                std::fprintf(stderr, "the raw side failed to insert\n");
                std::exit(2);
            }
        });
}

int print_table(const std::vector<Line>& lines) {
    int missed = 0;
    std::printf("| subject | against | crmkit µs | other µs | ratio | at most | verdict |\n");
    std::printf("| --- | --- | --- | --- | --- | --- | --- |\n");
    for (const Line& line : lines) {
        const double ratio = line.measured.ratio();
        const bool holds = ratio <= line.at_most;
        missed += ratio > line.at_most * 1.5 ? 1 : 0;
        std::printf("| %s | %s | %.2f | %.2f | %.2f | %.2f | %s |\n", line.subject.c_str(),
                    line.against.c_str(), line.measured.crmkit, line.measured.other, ratio,
                    line.at_most, holds ? "holds" : "**falls short**");
    }
    return missed;
}

}  // namespace

int main(int argc, char** argv) {
    Size size;
    if (argc > 1 && std::strcmp(argv[1], "--quick") == 0) {
        size = {20'000, 100, 5, 5'000, 100, 1'000};
    }
    try {
        Specimen specimen(size);
        const RawTwin twin = open_raw(specimen.path());
        raw_twin* const raw = twin.get();
        const std::string by_hand = "hand-written C";
        const std::vector<Line> lines{
            {"get by id, typed", by_hand, measure_get(size, specimen, raw), 1.10},
            {"get by id and every getter, C", by_hand, measure_c_get(size, specimen, raw), 1.20},
            {"page of 100", by_hand, measure_page(size, specimen, raw), 1.20},
            {"scan, per row", by_hand, measure_scan(size, specimen, raw), 1.20},
            {"create in a transaction", by_hand + ", the same rows ready",
             measure_insert(size, specimen), 1.20},
        };
        return print_table(lines) == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
