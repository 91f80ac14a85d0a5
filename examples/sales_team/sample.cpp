#include "sample.hpp"

#include <fmt/format.h>
#include <crmkit/base/error.hpp>
#include <crmkit/base/random.hpp>
#include <crmkit/base/text.hpp>
#include <crmkit/exchange/csv_writer.hpp>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "sample_words.hpp"

namespace sales_team {

namespace exchange = crmkit::exchange;
using crmkit::Date;

namespace {

constexpr int account_count = 2'000;
constexpr int deal_count = 9'000;
constexpr int manager_count = 6;
constexpr int agents_per_manager = 6;
constexpr std::int32_t days_of_business = 913;

/// Business done in each month, August the quietest, the ends of quarters the busiest.
constexpr std::uint64_t season[] = {700, 800, 1'000, 780, 820, 980, 620, 480, 960, 900, 950, 880};

/// One CSV file. No formula guard: these files are read by a program, not by a spreadsheet.
class File {
  public:
    File(const std::filesystem::path& folder, const char* name,
         std::initializer_list<std::string_view> columns)
        : sink_((folder / name).string()),
          writer_(sink_, {.dialect = {}, .guard_formulas = false}) {
        writer_.row(columns);
    }
    void row(const std::vector<std::string>& cells) {
        for (const std::string& cell : cells) {
            if (cell.empty()) {
                writer_.missing();
            } else {
                writer_.field(cell);
            }
        }
        writer_.end_row();
    }
    void close() { writer_.close(); }

  private:
    exchange::FileSink sink_;
    exchange::CsvWriter writer_;
};

struct Agent {
    std::string name;
    std::uint64_t skill;  // of 1,000 deals that come to an end, so many are won
};

struct Contact {
    std::string email;
    std::size_t account;
};

/// The letters and digits of a text, as an e-mail address has them.
std::string plain(std::string_view text) {
    std::string out = crmkit::fold(text);
    std::erase_if(out, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
    return out;
}

/// Writes the files one after the other; what a later one refers to is remembered. Chance is drawn
/// in one statement or one {list} after the other: C++ does not say in which order the arguments
/// of a function are computed, and each compiler would make a sample of its own.
class Sample {
  public:
    Sample(std::filesystem::path folder, std::uint64_t seed, Date today)
        : folder_(std::move(folder)), random_(seed), slips_(seed + 1), today_(today) {}

    void write() {
        write_products();
        write_team();
        write_accounts();
        write_contacts();
        write_deals();
    }

  private:
    template <typename Words>
    const auto& pick(const Words& words) {
        return words[static_cast<std::size_t>(random_.below(std::size(words)))];
    }
    int between(int low, int high) { return static_cast<int>(random_.between(low, high)); }

    /// A name as somebody writes it who slips, where people do, in `per_thousand` of 1,000 cases.
    template <typename Named>
    std::string written(const Named& named, std::uint64_t per_thousand) {
        const bool slips = slips_.chance(per_thousand) && !named.slip.empty();
        return std::string(slips ? named.slip : named.name);
    }
    std::string written_product(const words::SampleProduct& product, bool is_open) {
        const bool is_unlisted = slips_.chance(4) && !is_open;
        return is_unlisted ? std::string(words::unlisted_product) : written(product, 120);
    }

    /// A name that was not given before.
    std::string new_person() {
        std::string name;
        do {
            const std::string_view first = pick(words::first_names);
            name = fmt::format("{} {}", first, pick(words::last_names));
        } while (!people_.insert(name).second);
        return name;
    }

    void write_products() {
        File file(folder_, "products.csv", {"product", "series", "sales_price"});
        for (const auto& product : words::products) {
            file.row({std::string(product.name), std::string(product.series),
                      std::to_string(product.price)});
        }
        file.close();
    }

    void write_team() {
        constexpr const char* offices[] = {"North", "Central", "South"};
        File file(folder_, "sales_teams.csv", {"sales_agent", "manager", "regional_office"});
        for (int i = 0; i < manager_count; ++i) {
            const std::string manager = new_person();
            for (int j = 0; j < agents_per_manager; ++j) {
                agents_.push_back(
                    {new_person(), static_cast<std::uint64_t>(between(480, 640) + 25 * (i % 3))});
                file.row({agents_.back().name, manager, offices[i % 3]});
            }
        }
        file.close();
    }

    void write_accounts() {
        File file(folder_, "accounts.csv",
                  {"account", "sector", "year_established", "revenue", "employees",
                   "office_location", "subsidiary_of"});
        std::set<std::string> names;
        while (accounts_.size() < account_count) {
            const auto& sector = pick(words::sectors);
            const std::string_view beginning = pick(words::company_beginnings);
            const std::string_view middle = pick(words::company_middles);
            std::string name = fmt::format("{}{} {}", beginning, middle, pick(sector.endings));
            if (!names.insert(name).second) {
                continue;
            }
            // Most companies are small; revenue goes with the number of people.
            int employees = between(8, 60);
            employees *= between(1, 12);
            employees *= between(1, 10);
            const int revenue_cents = employees * between(9, 30);
            const bool has_parent = accounts_.size() > 50 && random_.chance(60);
            file.row({name, written(sector, 60), std::to_string(between(1921, 2021)),
                      fmt::format("{}.{:02}", revenue_cents / 100, revenue_cents % 100),
                      std::to_string(employees), std::string(pick(words::countries)),
                      has_parent ? accounts_[random_.below(50)] : ""});
            accounts_.push_back(std::move(name));
        }
        file.close();
    }

    void write_contacts() {
        File file(folder_, "contacts.csv",
                  {"first_name", "last_name", "email", "phone", "job_title", "account"});
        std::set<std::string> emails;
        for (std::size_t i = 0; i < accounts_.size(); ++i) {
            for (int n = between(1, 4); n > 0; --n) {
                const std::string first(pick(words::first_names));
                const std::string last(pick(words::last_names));
                std::string email =
                    fmt::format("{}.{}@{}.example", plain(first), plain(last), plain(accounts_[i]));
                while (!emails.insert(email).second) {
                    email.insert(0, "x");
                }
                const int phone = between(0, 99);
                file.row({first, last, email, fmt::format("+1 202-555-01{:02}", phone),
                          std::string(pick(words::job_titles)), accounts_[i]});
                contacts_.push_back({email, i});
            }
        }
        file.close();
    }

    const words::SampleProduct& pick_product() {
        int all = 0;
        for (const auto& product : words::products) {
            all += product.weight;
        }
        int drawn = between(1, all);
        for (const auto& product : words::products) {
            drawn -= product.weight;
            if (drawn <= 0) {
                return product;
            }
        }
        return words::products.front();
    }

    /// A working day: more of them in busy months, and more of late than long ago.
    Date pick_day() {
        while (true) {
            const int ago = between(1, days_of_business);
            const Date day = today_ - ago;
            const bool is_weekend = (day.days + 3) % 7 >= 5;  // 1970-01-01 was a Thursday
            const auto growth = static_cast<std::uint64_t>(1'000 - ago / 2);
            if (!is_weekend && random_.chance(season[day.month() - 1]) && random_.chance(growth)) {
                return day;
            }
        }
    }

    void write_deals() {
        File deals(folder_, "sales_pipeline.csv",
                   {"opportunity_id", "sales_agent", "product", "account", "deal_stage",
                    "engage_date", "close_date", "close_value"});
        File interactions(
            folder_, "interactions.csv",
            {"interaction_id", "kind", "subject", "started_at", "contact", "opportunity_id"});
        for (int i = 0; i < deal_count; ++i) {
            write_deal(deals, interactions, fmt::format("D{:05}", i + 1));
        }
        deals.close();
        interactions.close();
    }

    void write_deal(File& deals, File& interactions, const std::string& id) {
        const Agent& agent =
            agents_[std::min({random_.below(agents_.size()), random_.below(agents_.size() + 12)})];
        const auto& product = pick_product();
        // A few customers buy most of what is sold.
        std::uint64_t customer = random_.below(contacts_.size());
        for (int i = 0; i < 4; ++i) {
            customer = std::min(customer, random_.below(contacts_.size()));
        }
        const Contact& contact = contacts_[customer];
        const Date begun = pick_day();
        // Dear things take longer, and what is lost is often lost early.
        const bool wins = random_.chance(agent.skill);
        int length = between(3, 30);
        length += between(3, 30);
        length += between(0, 20 + product.price / 250);
        const Date end = begun + (wins ? length : between(1, length + 10));
        const bool is_open = end > today_;
        const bool is_won = !is_open && wins;
        const bool is_begun = !is_open || random_.chance(800);
        const bool has_account = !is_open || random_.chance(850);
        deals.row({id, agent.name, written_product(product, is_open),
                   has_account ? accounts_[contact.account] : "",
                   is_won     ? "Won"
                   : !is_open ? "Lost"
                   : is_begun ? "Engaging"
                              : "Prospecting",
                   is_begun ? to_string(begun) : "", to_string(end),
                   is_won     ? std::to_string(product.price * between(82, 104) / 100)
                   : !is_open ? "0"
                              : ""});
        if (is_begun && has_account && begun > today_ - 365) {
            write_interactions(interactions, id, product, contact, begun, std::min(end, today_));
        }
    }

    void write_interactions(File& file, const std::string& deal,
                            const words::SampleProduct& product, const Contact& contact, Date begun,
                            Date end) {
        constexpr const char* kinds[] = {"call", "call", "email", "email", "email", "meeting"};
        for (int n = between(1, 3); n > 0; --n) {
            const Date day = begun + between(0, end - begun);
            const int hour = between(8, 17);
            const int minute = between(0, 11) * 5;
            file.row({fmt::format("I{:05}", ++interaction_count_), pick(kinds),
                      fmt::format("{}{}", pick(words::subjects), product.name),
                      fmt::format("{}T{:02}:{:02}:00Z", to_string(day), hour, minute),
                      contact.email, deal});
        }
    }

    std::filesystem::path folder_;
    crmkit::Random random_;
    crmkit::Random slips_;  ///< of its own, so that more slips change nothing else
    Date today_;
    std::set<std::string> people_;
    std::vector<Agent> agents_;
    std::vector<std::string> accounts_;
    std::vector<Contact> contacts_;
    int interaction_count_ = 0;
};

/// Makes the folder, or takes one that was made here before: a note in it tells. Files of somebody
/// else's may have the names of ours.
void take_folder(const std::filesystem::path& folder) {
    const std::filesystem::path note = folder / "MADE_BY_SALES_TEAM";
    if (std::filesystem::exists(folder) && !std::filesystem::exists(note)) {
        throw crmkit::Error(crmkit::ErrorCode::invalid_argument,
                            fmt::format("'{}' is there and was not made by this program, which "
                                        "would write its sample over what is in it",
                                        folder.string()));
    }
    std::filesystem::create_directories(folder);
    std::ofstream(note) << "The files here are made anew by each run without a FOLDER.\n";
}

}  // namespace

void write_sample(const std::string& folder, std::uint64_t seed, Date today) {
    take_folder(folder);
    Sample(folder, seed, today).write();
}

}  // namespace sales_team
