/// What the processes do that are killed: two writers, which tell the parent of each commit before
/// they go on, and a reader, which looks for anything half-done.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/exchange/importer.hpp"
#include "crmkit/sales/opportunity_moves.hpp"
#include "message_pipe.hpp"

namespace crmkit::fault {

/// What each command writes into the description of the records that it makes or changes: which
/// command it was, and how many records carry the same mark when it was done whole.
struct Mark {
    std::int64_t round = 0;
    int worker = 0;
    /// Counts the commands of a worker in a round.
    std::int64_t command = 0;
    /// Counts the transactions of a command: an import lands in several.
    int part = 0;
    int records = 1;

    friend auto operator<=>(const Mark&, const Mark&) = default;

    [[nodiscard]] std::string text() const {
        std::string text = "mark";
        for (const std::int64_t number :
             {round, std::int64_t{worker}, command, std::int64_t{part}, std::int64_t{records}}) {
            text += " " + std::to_string(number);
        }
        return text;
    }
    static std::optional<Mark> parse(std::string_view text) {
        Mark mark;
        long long round = 0;
        long long command = 0;
        const bool is_mark =
            std::sscanf(std::string(text).c_str(), "mark %lld %d %lld %d %d", &round, &mark.worker,
                        &command, &mark.part, &mark.records) == 5;
        mark.round = round;
        mark.command = command;
        return is_mark ? std::optional(mark) : std::nullopt;
    }
};

/// What a writer tells the parent once a command is committed.
struct Acknowledgement {
    /// 0: the worker has opened the store and begins.
    std::int64_t command = 0;
    int worker = 0;
    /// A record that was written and the version it got; none after an import.
    Id record{};
    std::int64_t version = 0;
    bool is_deletion = false;
    /// The marks with this command that the history holds: one for each transaction.
    int parts = 0;
};

using AcknowledgementPipe = testing::MessagePipe<Acknowledgement>;

/// The file that is put to the test, and how.
struct Load {
    std::string path;
    std::int64_t round = 0;
    std::uint64_t seed = 0;
    /// What a crash of processes alone must not take is the same for both.
    Durability durability = Durability::durable;

    [[nodiscard]] OpenOptions options() const {
        OpenOptions options;
        options.durability = durability;
        options.busy_timeout = std::chrono::minutes(2);
        options.seed = seed;
        options.cache_kib = 2048;
        return options;
    }
    [[nodiscard]] Crm open() const { return Crm::open(path, options()); }
};

/// Writes by chance until it is killed.
class Writer {
  public:
    /// The load's seed is the worker's own.
    Writer(const Load& load, int worker, AcknowledgementPipe& pipe)
        : random_(load.seed),
          crm_(load.open()),
          me_(crm_.as_system()),
          pipe_(pipe),
          mark_{load.round, worker, 0, 0, 1} {
        for (const Contact& contact : me_.query<Contact>("order by created_at desc limit 40")) {
            contacts_.push_back(contact.id);
        }
        for (const Opportunity& deal :
             me_.query<Opportunity>("order by created_at desc limit 20")) {
            deals_.push_back(deal.id);
        }
        for (const Stage& stage : me_.query<Stage>("pipeline.is_default")) {
            stages_.push_back(stage.id);
        }
        pipe_.send({.worker = worker});
    }

    void run() {
        for (;;) {
            act();
        }
    }

  private:
    /// One command, and the word about it. The other writer may have been quicker with the record.
    void act() {
        ++mark_.command;
        mark_.part = 0;
        mark_.records = 1;
        try {
            Acknowledgement done = command();
            done.command = mark_.command;
            done.worker = mark_.worker;
            pipe_.send(done);
        } catch (const Error& error) {
            const bool is_expected = error.code() == ErrorCode::conflict ||
                                     error.code() == ErrorCode::not_found ||
                                     error.code() == ErrorCode::illegal_transition ||
                                     error.code() == ErrorCode::restricted;
            if (!is_expected) {
                throw;
            }
        }
    }

    Acknowledgement command() {
        switch (random_.below(11)) {
            case 0:
            case 1:
                return create_contact();
            case 2:
            case 3:
                return update_contact();
            case 4:
                return delete_contact();
            case 5:
            case 6:
                return create_deal();
            case 7:
                return move_deal();
            case 8:
                return close_or_reopen_deal();
            case 9:
                return import_all_or_nothing();
            default:
                return import_in_batches();
        }
    }

    [[nodiscard]] Id any(const std::vector<Id>& ids) {
        return ids.empty() ? Id{} : ids[random_.below(ids.size())];
    }
    /// A word that few records share.
    std::string name() { return "name" + std::to_string(random_.below(10'000)); }

    template <RecordType T>
    Acknowledgement written(const T& record) const {
        return {.record = record.id, .version = record.version, .parts = 1};
    }

    Acknowledgement create_contact() {
        const Contact made = me_.create(Contact{.last_name = name(), .description = mark_.text()});
        contacts_.push_back(made.id);
        return written(made);
    }

    Acknowledgement update_contact() {
        Contact contact = me_.get<Contact>(any(contacts_));
        contact.last_name = name();
        contact.description = mark_.text();
        return written(me_.update(contact));
    }

    Acknowledgement delete_contact() {
        const Contact contact = me_.get<Contact>(any(contacts_));
        me_.remove<Contact>(contact.id, contact.version);
        return {.record = contact.id, .version = contact.version + 1, .is_deletion = true};
    }

    /// Four records, and entries in three timelines, or none of it.
    Acknowledgement create_deal() {
        mark_.records = 4;
        const std::string mark = mark_.text();
        TransactionScope transaction = me_.transaction();
        const Account account = me_.create(Account{.name = name(), .description = mark});
        const Contact contact =
            me_.create(Contact{.last_name = name(), .account = account.id, .description = mark});
        const Interaction call = me_.create(
            Interaction{.kind = InteractionKind::call, .subject = "First call", .body = mark});
        me_.create(InteractionParticipant{.interaction = call.id,
                                          .party = {Contact::entity_number, contact.id}});
        const Opportunity deal = me_.create(Opportunity{.name = name(),
                                                        .account = account.id,
                                                        .primary_contact = contact.id,
                                                        .amount = Money::of("100", "EUR"),
                                                        .description = mark});
        transaction.commit();
        deals_.push_back(deal.id);
        return written(deal);
    }

    /// Three records: the stay of before ends, a new one begins.
    Acknowledgement move_deal() {
        const Opportunity deal = me_.get<Opportunity>(any(deals_));
        Id stage = any(stages_);
        while (stage == deal.stage) {  // that would change nothing
            stage = any(stages_);
        }
        const auto standing = sales::move_stage(
            me_,
            {.opportunity = deal.id, .stage = stage, .reason = "price", .version = deal.version});
        return {.record = standing.opportunity, .version = standing.version};
    }

    Acknowledgement close_or_reopen_deal() {
        const Opportunity deal = me_.get<Opportunity>(any(deals_));
        const auto standing =
            deal.state != OpportunityState::open
                ? sales::reopen_opportunity(me_, {.opportunity = deal.id})
            : random_.chance(500)
                ? sales::win_opportunity(me_, {.opportunity = deal.id})
                : sales::lose_opportunity(me_, {.opportunity = deal.id, .reason = "price"});
        return {.record = standing.opportunity, .version = standing.version};
    }

    Acknowledgement import(exchange::ImportMode mode, int rows, int batch) {
        exchange::ImportPlan plan;
        plan.entity = "contact";
        plan.columns = {{.column = "name", .field = "last_name"},
                        {.column = "mark", .field = "description"}};
        plan.mode = mode;
        plan.batch_size = batch;
        mark_.records = mode == exchange::ImportMode::all_or_nothing ? rows : batch;
        std::string csv = "name,mark\n";
        for (int row = 0; row < rows; ++row) {
            mark_.part = row / mark_.records;
            csv += name() + "," + mark_.text() + "\n";
        }
        exchange::MemorySource file(csv);
        const auto report = exchange::run_import(me_, plan, file);
        if (report.created != rows) {
            throw std::runtime_error("an import made " + std::to_string(report.created) +
                                     " contacts");
        }
        return {.parts = rows / mark_.records};
    }
    Acknowledgement import_all_or_nothing() {
        return import(exchange::ImportMode::all_or_nothing, 10, 3);
    }
    Acknowledgement import_in_batches() { return import(exchange::ImportMode::good_rows, 9, 3); }

    Random random_;
    Crm crm_;
    Session me_;
    AcknowledgementPipe& pipe_;
    Mark mark_;
    std::vector<Id> contacts_;
    std::vector<Id> deals_;
    std::vector<Id> stages_;
};

/// Reads until it is killed, and ends with an exception when it sees something half-done.
class Reader {
  public:
    explicit Reader(const Load& load)
        : random_(load.seed), crm_(load.open()), me_(crm_.as_system()) {}

    /// The parent's end of the pipe tells when there is nobody left to read for.
    void run(AcknowledgementPipe& pipe) {
        for (;;) {
            look();
            pipe.send({.worker = reader_number});
        }
    }

    static constexpr int reader_number = -1;

  private:
    void look() {
        const TransactionScope one_state = me_.read_transaction();
        look_at_marks();
        const std::string word = "name" + std::to_string(random_.below(100));
        for (const Contact& contact : me_.search<Contact>(word)) {
            if (contact.last_name.find(word) == std::string::npos) {
                throw std::runtime_error("a search for " + word + " finds " + contact.last_name);
            }
        }
        for (const Opportunity& deal : me_.query<Opportunity>("order by created_at desc limit 3")) {
            if (timeline(me_, {.party = {Opportunity::entity_number, deal.id}}).items.empty()) {
                throw std::runtime_error("an opportunity has an empty timeline");
            }
        }
    }

    /// What the newest accounts were made with is all there.
    void look_at_marks() {
        for (const Account& account : me_.query<Account>("order by created_at desc limit 3")) {
            if (!Mark::parse(account.description)) {
                continue;  // from before the first round
            }
            const bool has_deal =
                me_.query<Opportunity>("account = :account", {{"account", account.id}})
                    .first()
                    .has_value();
            if (!has_deal) {
                throw std::runtime_error("an account is there without its opportunity");
            }
        }
    }

    Random random_;
    Crm crm_;
    Session me_;
};

}  // namespace crmkit::fault
