#include "specimen.hpp"

#include <algorithm>
#include <utility>

namespace crmkit::bench {

namespace {

constexpr const char* given_names[] = {"Ada",    "Bruno", "Chloé", "Dmitri", "Elena",  "Farid",
                                       "Grace",  "Hiro",  "Ines",  "Jonas",  "Katrin", "Luis",
                                       "Mónica", "Nadia", "Otto",  "Priya"};
constexpr const char* beginnings[] = {"Ada", "Bar", "Cal", "Dor", "Esc", "Fer", "Gar", "Hol",
                                      "Iva", "Jan", "Kel", "Lov", "Mül", "Nov", "Oka", "Pet",
                                      "Qui", "Ros", "Sil", "Tan", "Ulr", "Vas", "Web", "Xen",
                                      "Yam", "Zim", "Mar", "Ben", "Sch", "Mac", "Del", "Kov"};
constexpr const char* endings[] = {
    "ace",   "ler", "cía", "ak",   "for",  "va",    "ka",   "er",     "mann", "son",  "sen",
    "ini",   "ov",  "ez",  "ard",  "ine",  "ström", "ley",  "ton",    "wald", "berg", "dal",
    "quist", "oud", "ian", "escu", "oğlu", "yan",   "idis", "poulos", "wicz", "enko"};

/// Adds the records that `make` fills in, `count` of them; gives their ids. In transactions of a
/// hundred thousand: SQLite finds a page that one of millions has written ever more slowly.
template <RecordType T, typename Make>
std::vector<Id> add(Session& me, int count, Make make) {
    constexpr int batch = 100'000;
    std::vector<Id> ids;
    ids.reserve(static_cast<std::size_t>(count));
    T record;
    int number = 0;
    while (number < count) {
        const int end = std::min(number + batch, count);
        const auto next = [&]() -> void* {
            if (number == end) {
                return nullptr;
            }
            record = make(number++);
            return &record;
        };
        for (const RowResult& result :
             me.create_stream(entity_of<T>(), BulkMode::all_or_nothing, next)) {
            ids.push_back(result.id);
        }
    }
    return ids;
}

}  // namespace

std::string family_name(Random& random) {
    const std::string beginning = beginnings[random.below(std::size(beginnings))];
    return beginning + endings[random.below(std::size(endings))];
}

Contact contact_number(int number, Random& random, const std::vector<Id>& accounts) {
    const std::string text = std::to_string(number);
    Contact contact;
    contact.first_name = given_names[random.below(std::size(given_names))];
    contact.last_name = family_name(random);
    contact.account = accounts.empty() ? Id{} : accounts[random.below(accounts.size())];
    contact.email = "person" + text + "@example.com";
    contact.phone = "+4930" + std::to_string(1'000'000 + number);
    contact.job_title = "Engineer";
    contact.language = "en";
    return contact;
}

OpenOptions Specimen::fast() {
    OpenOptions options;
    options.durability = Durability::fast;
    return options;
}

Specimen::Specimen(const Crowd& crowd, const OpenOptions& options)
    : crm_(Crm::open(path(), options)) {
    fill(crowd);
    // The cache of the connection that filled the store lies in pieces all over the heap, which
    // makes SQLite slower by a third; the other side begins with one of its own, too.
    crm_.reset();
    crm_ = Crm::open(path(), options);
}

void Specimen::fill(const Crowd& crowd) {
    Session me = crm_->as_system();
    accounts_ = add<Account>(me, crowd.accounts(), [](int number) {
        return Account{.name = "Account " + std::to_string(number)};
    });
    add_contacts(me, crowd.contacts);
    add_interactions(me, crowd.interactions);
}

void Specimen::add_contacts(Session& me, int count) {
    Random random(1);
    contacts_ = add<Contact>(me, count,
                             [&](int number) { return contact_number(number, random, accounts_); });
}

void Specimen::add_interactions(Session& me, int count) {
    Random random(2);
    const Instant now = me.now();
    const auto ids = add<Interaction>(me, count, [&](int number) {
        Interaction interaction;
        interaction.kind = number % 3 == 0 ? InteractionKind::email : InteractionKind::call;
        interaction.subject = "About order " + std::to_string(number);
        interaction.actual_start = Instant{
            now.microseconds - static_cast<std::int64_t>(random.below(1000)) * Instant::per_day};
        return interaction;
    });
    add<InteractionRegarding>(me, count, [&](int number) {
        const Id account = number < busiest_interactions
                               ? busiest_account()
                               : accounts_[random.below(accounts_.size())];
        return InteractionRegarding{.interaction = ids[static_cast<std::size_t>(number)],
                                    .record = Link{Account::entity_number, account}};
    });
}

std::string Specimen::copy() {
    const std::string path = folder_.file("copy" + std::to_string(copies_++) + ".db");
    crm_->backup(path);
    return path;
}

}  // namespace crmkit::bench
