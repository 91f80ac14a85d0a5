/// `Scenario`: what a host does with a store in a day, in about forty operations, while things go
/// wrong. It remembers what was acknowledged, and what must not be.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/crm.hpp"
#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/exchange/importer.hpp"
#include "crmkit/sales/opportunity_moves.hpp"
#include "crmkit/schema/json.hpp"
#include "fault/replay.hpp"
#include "fault/trap.hpp"

namespace crmkit::fault {

/// An operation that ended with an error.
struct Failure {
    std::string step;
    ErrorCode code = ErrorCode::ok;
    std::string message;
};

/// Whether a failure comes from the store, and not from what the operation was asked to do. An
/// inner transaction that cannot be rolled back takes the outer one along, which says so at its
/// end.
inline bool is_of_storage(const Failure& failure) {
    const ErrorCode code = failure.code;
    return code == ErrorCode::io || code == ErrorCode::disk_full || code == ErrorCode::busy ||
           code == ErrorCode::corrupt || code == ErrorCode::read_only ||
           code == ErrorCode::out_of_memory || code == ErrorCode::cancelled ||
           code == ErrorCode::limit ||
           (code == ErrorCode::invalid_argument &&
            failure.message.starts_with("the transaction is lost"));
}

/// Options under which every run does the same.
inline OpenOptions options_of_a_run(Durability durability = Durability::durable) {
    OpenOptions options;
    options.durability = durability;
    options.busy_timeout = std::chrono::milliseconds(20);
    options.cache_kib = 64;  // so small that SQLite reads again and writes before the commit
    options.clock = std::make_shared<ManualClock>(*Instant::parse("2026-01-05T09:00:00Z"));
    options.seed = 1;
    options.replica = 1;
    return options;
}

using ChangeCounts = std::map<std::string, std::size_t, std::less<>>;

/// An operation changes the store in the same way whether those before went well or not, or fails.
class Scenario {
  public:
    /// `trap` strikes while the operations run, and never while this object looks at what they did.
    Scenario(std::string path, Durability durability, Trap& trap)
        : path_(std::move(path)), durability_(durability), trap_(trap) {}

    /// Every operation, each with its own error.
    void run() {
        open("open", "user", "session");
        make_first_records();
        move_deals();
        delete_and_restore();
        use_transactions();
        bring_in();
        read();
        close("close");
        open("open again", "user again", "session again");
        after_opening();
    }

    /// When nothing goes wrong any more: the open store does one more operation, and closes. The
    /// code is that operation's; nothing when no store is open.
    std::optional<ErrorCode> finish() {
        const Trap::Pause pause(trap_);
        std::optional<ErrorCode> code;
        if (crm_ && me_) {
            const std::size_t before = failures_.size();
            step("one more", [this] { me().create(Account{.name = "One more"}); });
            code = failures_.size() == before ? ErrorCode::ok : failures_.back().code;
        }
        close("close at the end");
        return code;
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    /// How many operations there were.
    [[nodiscard]] std::size_t steps() const { return steps_.size(); }
    [[nodiscard]] bool has_run(std::string_view step) const { return steps_.contains(step); }
    [[nodiscard]] const std::vector<Failure>& failures() const { return failures_; }
    /// Every change that the store said was committed, in the order of the history.
    [[nodiscard]] const std::vector<HistoryEntry>& acknowledged() const { return acknowledged_; }
    /// How many changes each operation has made, by its name.
    [[nodiscard]] const ChangeCounts& changes() const { return changes_; }
    /// Called after each operation that ended well.
    std::function<void()> after_step{};
    /// How many changes the open store holds; 0 when none is open.
    std::size_t stored_changes() {
        return crm_ ? crm_->as_system().changes_since(1, 10'000).size() : 0;
    }
    /// What went wrong that must not.
    [[nodiscard]] const Findings& findings() const { return findings_; }

  private:
    Crm& crm() { return *crm_; }
    Session& me() { return *me_; }

    /// One operation. Its changes carry its name as their origin.
    template <typename Work>
    void step(std::string_view name, Work work) {
        begin_step(name);
        try {
            work();
        } catch (const Error& error) {
            fail(name, error.code(), error.message());
            return;
        } catch (const std::bad_alloc&) {
            fail(name, ErrorCode::out_of_memory, "std::bad_alloc");
            return;
        } catch (const std::exception& error) {
            fail(name, ErrorCode::internal, error.what());
            return;
        }
        if (after_step) {
            const Trap::Pause pause(trap_);
            after_step();
        }
    }
    void begin_step(std::string_view name) {
        const Trap::Pause pause(trap_);
        step_ = name;
        steps_.insert(std::string(name));
        if (me_) {
            me_->set_origin(std::string(name));
        }
    }
    void fail(std::string_view name, ErrorCode code, std::string_view message) {
        const Trap::Pause pause(trap_);
        failures_.push_back({std::string(name), code, std::string(message)});
        if (code == ErrorCode::internal) {
            findings_.push_back(std::string(name) + ": " + std::string(message));
        }
    }

    /// Ends an operation that builds on one that failed.
    static void require(bool is_there) {
        if (!is_there) {
            throw Error(ErrorCode::not_found, "what this builds on is not there");
        }
    }

    /// An operation that reads: when it ends well, its answer is the one that it gives when nothing
    /// goes wrong.
    template <typename Work>
    void reading_step(std::string_view name, Work work) {
        step(name, [&] {
            const std::string answer = work();
            const Trap::Pause pause(trap_);
            const std::string truth = work();
            if (answer != truth) {
                findings_.push_back(std::string(name) + " says " + answer + " instead of " + truth);
            }
        });
    }

    void open(std::string_view name, std::string_view user, std::string_view session) {
        for (int attempt = 0; attempt < 2 && !crm_; ++attempt) {
            step(name, [this] {
                crm_.emplace(Crm::open(path_, options_of_a_run(durability_)));
                const Trap::Pause pause(trap_);
                crm_->after_commit([this](const HistoryEntry& entry) {
                    const Trap::Pause hook(trap_);
                    acknowledged_.push_back(entry);
                    ++changes_[std::string(step_)];
                });
            });
        }
        if (!crm_) {
            return;
        }
        step(user, [this] { user_ = crm().ensure_user("Ada", "ada@example.com").id; });
        step(session, [this] { me_.emplace(crm().as(user_)); });
    }
    void close(std::string_view name) {
        step(name, [this] {
            me_.reset();
            if (crm_) {
                crm_->close();
            }
            crm_.reset();
        });
    }

    void make_first_records() {
        if (!me_) {
            return;
        }
        step("account", [this] { account_ = me().create(Account{.name = "Acme Steel"}).id; });
        step("other account", [this] {
            other_account_ = me().create(Account{.name = "Brünn & Söhne", .industry = "tools"}).id;
        });
        step("contact", [this] {
            contact_ = me().create(Contact{.first_name = "Bea",
                                           .last_name = "Fir",
                                           .account = account_,
                                           .email = "bea@acme.example"})
                           .id;
        });
        step("other contact", [this] {
            other_contact_ = me().create(Contact{.last_name = "Oak", .account = other_account_}).id;
        });
        step("deal", [this] { deal_ = add_deal("Rolling mill"); });
        step("other deal", [this] { other_deal_ = add_deal("Second mill"); });
        step("call", [this] {
            TransactionScope both = me().transaction();
            const Interaction call =
                me().create(Interaction{.kind = InteractionKind::call, .subject = "First call"});
            me().create(InteractionParticipant{.interaction = call.id,
                                               .party = {Contact::entity_number, contact_}});
            both.commit();
        });
        step("long text", [this] {  // longer than a page
            me().update<Account>(account_, {{"description", std::string(9'000, 'x')}});
        });
    }
    Id add_deal(std::string_view name) {
        return me()
            .create(Opportunity{.name = std::string(name),
                                .account = account_,
                                .primary_contact = contact_,
                                .amount = Money::of("1200000", "EUR")})
            .id;
    }

    void move_deals() {
        if (!me_) {
            return;
        }
        step("change account", [this] {
            Account account = me().get<Account>(account_);
            account.name = "Acme Steel Works";
            account.number_of_employees = 12;
            me().update(account);
        });
        step("change contact", [this] {
            me().update<Contact>(contact_, {{"job_title", "Buyer"}});
        });
        step("next stage", [this] {
            const auto stage =
                me().query<Stage>("pipeline.is_default and state = 'open' order by sort_order desc")
                    .first();
            require(stage.has_value());
            sales::move_stage(me(), {.opportunity = deal_, .stage = stage->id});
        });
        step("win", [this] { sales::win_opportunity(me(), {.opportunity = deal_}); });
        step("lose", [this] {
            sales::lose_opportunity(me(), {.opportunity = other_deal_, .reason = "price"});
        });
        step("reopen", [this] { sales::reopen_opportunity(me(), {.opportunity = other_deal_}); });
    }

    void delete_and_restore() {
        if (!me_) {
            return;
        }
        step("delete", [this] { me().remove<Contact>(other_contact_); });
        step("restore", [this] { me().restore<Contact>(other_contact_); });
        step("delete again", [this] { me().remove<Contact>(other_contact_); });
        step("undo", [this] {
            const auto entries = me().history(contact_);
            require(!entries.empty() && entries.back().kind == ChangeKind::updated);
            me().undo(entries.back().position);
        });
    }

    void use_transactions() {
        if (!me_) {
            return;
        }
        step("committed", [this] {
            TransactionScope transaction = me().transaction();
            const Id account = me().create(Account{.name = "Committed"}).id;
            me().create(Contact{.last_name = "Committed", .account = account});
            me().update<Account>(account, {{"industry", "steel"}});
            transaction.commit();
        });
        step("rolled back", [this] {
            TransactionScope transaction = me().transaction();
            me().create(Account{.name = "Rolled back"});
            me().update<Account>(account_, {{"industry", "coal"}});
            transaction.rollback();
        });
        step("half rolled back", [this] {
            TransactionScope transaction = me().transaction();
            me().create(Account{.name = "Half kept"});
            {
                const TransactionScope inner = me().transaction();
                me().create(Account{.name = "Half rolled back"});
            }
            transaction.commit();
        });
        step("many", [this] {
            std::vector<Contact> contacts(20);
            for (std::size_t i = 0; i < contacts.size(); ++i) {
                contacts[i].last_name = "Many " + std::to_string(i);
                contacts[i].account = other_account_;
            }
            me().create_many(contacts);
        });
    }

    void bring_in() {
        if (!me_) {
            return;
        }
        step("upsert new", [&] {
            Account account{.name = "Erp & Co"};
            me().upsert(UpsertKey::external("erp", "C-1"), account);
            erp_account_ = account.id;
        });
        step("upsert known", [&] {
            require(bool{erp_account_});
            Account account{.name = "Erp & Co", .industry = "software"};
            me().upsert(UpsertKey::external("erp", "C-1"), account);
        });
        step("import", [this] {
            require(bool{contact_});
            exchange::ImportPlan plan;
            plan.entity = "contact";
            plan.columns = {{.column = "name", .field = "last_name"},
                            {.column = "mail", .field = "email"}};
            plan.key_fields = {"email_normal"};
            plan.mode = exchange::ImportMode::all_or_nothing;
            constexpr std::string_view csv =
                "name,mail\nFir,bea@acme.example\nElm,elm@example.com\nAsh,ash@example.com\n";
            exchange::MemorySource file(csv);
            exchange::run_import(me(), plan, file);
        });
    }

    void read() {
        if (!me_) {
            return;
        }
        reading_step("get", [this] { return to_json(me().get<Account>(account_)); });
        reading_step("search", [this] {
            std::string found;
            for (const Contact& contact : me().search<Contact>("ma")) {
                found += to_json(contact);
            }
            return found;
        });
        reading_step("timeline", [this] {
            return to_json(timeline(me(), {.party = {Account::entity_number, account_}}));
        });
        reading_step("query", [this] {
            std::string found;
            for (const Contact& contact :
                 me().query<Contact>("account.name like 'B%' order by last_name desc limit 50")) {
                found += to_json(contact);
            }
            return found;
        });
        reading_step("page", [this] {
            PageRequest request{5, {}};
            std::string found;
            do {
                const auto page = me().page<Contact>("order by last_name", request);
                for (const Contact& contact : page.records) {
                    found += contact.last_name + ",";
                }
                request.after = page.next;
            } while (!request.after.empty());
            return found;
        });
        reading_step("aggregate", [this] {
            std::string found;
            for (const auto& row : me().aggregate<Opportunity>("count(), sum(amount) by state")) {
                for (const Value& value : row) {
                    found += to_text(value.view()) + ",";
                }
            }
            return found;
        });
        reading_step("customer", [this] {
            return to_json(customer_360(me(), {.party = {Account::entity_number, account_}}));
        });
        reading_step("history", [this] {
            std::string found;
            for (const HistoryEntry& entry : me().changes_since(1, 10'000)) {
                found += std::to_string(entry.position) + entry.entity + entry.origin + " ";
                for (const FieldChange& field : entry.fields) {
                    found +=
                        field.field + to_text(field.before.view()) + to_text(field.after.view());
                }
            }
            return found;
        });
        step("backup", [this] { crm().backup(path_ + "-backup"); });
        // A page that it cannot read is a finding, and rightly so.
        step("integrity", [this] { (void)crm().check_integrity(); });
    }

    void after_opening() {
        if (!crm_ || !me_) {
            return;
        }
        reading_step("get again", [this] { return to_json(me().get<Account>(account_)); });
        step("last account", [this] { me().create(Account{.name = "Last"}); });
        step("last change", [this] {
            me().update<Account>(other_account_, {{"industry", "wood"}});
        });
    }

    std::string path_;
    Durability durability_;
    Trap& trap_;
    std::optional<Crm> crm_;
    std::optional<Session> me_;
    Id user_;
    Id account_;
    Id other_account_;
    Id contact_;
    Id other_contact_;
    Id deal_;
    Id other_deal_;
    Id erp_account_;
    std::set<std::string, std::less<>> steps_;
    std::string_view step_;
    ChangeCounts changes_;
    std::vector<Failure> failures_;
    std::vector<HistoryEntry> acknowledged_;
    Findings findings_;
};

}  // namespace crmkit::fault
