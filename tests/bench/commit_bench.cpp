/// W1 to W3: commits of one row each: one after the other, for seconds on end, and by eight
/// threads.
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "bench.hpp"
#include "raw/raw_connection.h"
#include "raw/raw_writer.h"
#include "ready_contacts.hpp"

namespace crmkit::bench {

namespace {

constexpr int first_number = 30'000'000;

int raw_durability(Durability durability) {
    return durability == Durability::fast ? RAW_FAST : RAW_DURABLE;
}

Crowd crowd(const Bench& bench) { return {bench.choose(10'000, 100'000), 0}; }

void raw_commit_one(raw_writer* raw, const raw_contact& row) {
    require((raw_begin(raw) | raw_insert(raw, &row) | raw_commit(raw)) == 0, "commit");
}

/// People for every round of both sides, and the rows of the other side.
class Batches {
  public:
    Batches(int rounds, int size, Id first_raw_id, Instant now) {
        for (int round = 0; round < rounds; ++round) {
            persons.push_back(people(size, first_number + round * size));
            ready.emplace_back(persons.back(), Id{first_raw_id.value + round * size}, now);
        }
    }
    std::vector<std::vector<Person>> persons;
    std::vector<ReadyContacts> ready;
};

Measured one_by_one(Bench& bench, Durability durability) {
    const int commits = bench.choose(200, 1'000);
    OpenOptions options;
    options.durability = durability;
    Specimen specimen(crowd(bench), options);
    Session me = specimen.crm().as_system();
    const auto raw = owned(raw_writer_open(specimen.copy().c_str(), raw_durability(durability)),
                           raw_writer_close);
    const Batches batches(Bench::rounds(), commits, Id{specimen.contacts().back().value + 1},
                          me.now());
    std::size_t our_round = 0;
    std::size_t their_round = 0;
    return measure(
        Bench::rounds(), commits,
        [&] {
            for (const Person& person : batches.persons[our_round++]) {
                Contact contact = person.contact();
                me.insert(MutableRecordView(contact));
            }
        },
        [&] {
            const ReadyContacts& rows = batches.ready[their_round++];
            for (std::size_t i = 0; i < rows.size(); ++i) {
                raw_commit_one(raw.get(), rows.row(i));
            }
        },
        Meter::wall);
}

// ---- Commits for seconds on end

/// How one side did.
struct Run {
    double microseconds_each = 0;
    double worst_microseconds = 0;
};

Run commit_for(double duration, const std::function<void()>& commit) {
    const double start = seconds(Meter::wall);
    double now = start;
    double worst = 0;
    int count = 0;
    while (now - start < duration) {
        commit();
        const double then = now;
        now = seconds(Meter::wall);
        worst = std::max(worst, now - then);
        ++count;
    }
    return {(now - start) / count * 1e6, worst * 1e6};
}

/// Calls Crm::checkpoint() every 20 ms for as long as it lives.
class Checkpointer {
  public:
    explicit Checkpointer(Crm crm)
        : thread_([this, crm] {
              while (!is_over_) {
                  crm.checkpoint();
                  std::this_thread::sleep_for(std::chrono::milliseconds(20));
              }
          }) {}
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;
    ~Checkpointer() {
        is_over_ = true;
        thread_.join();
    }

  private:
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

void take_best(double& best, double value) { best = std::min(best, value); }

void sustained(Bench& bench) {
    const double duration = bench.choose(0.5, 2.0);
    OpenOptions options = Specimen::fast();
    options.log_kib = 65'536;
    Specimen specimen(crowd(bench), options);
    Session me = specimen.crm().as_system();
    const auto raw = owned(raw_writer_open(specimen.copy().c_str(), RAW_FAST), raw_writer_close);
    const auto& ids = specimen.contacts();
    const std::int64_t now = me.now().microseconds;
    Random ours(8);
    Random theirs(8);
    int title = 0;
    Contact stored;
    Measured throughput;
    Measured stall;
    for (int round = 0; round < bench.choose(5, Bench::rounds()); ++round) {
        {
            const Checkpointer beside(specimen.crm());
            const Run run = commit_for(duration, [&] {
                me.patch(entity_of<Contact>(), ids[ours.below(ids.size())],
                         {{"job_title", "Engineer " + std::to_string(title++)}}, {}, stored);
            });
            take_best(throughput.crmkit, run.microseconds_each);
            take_best(stall.crmkit, run.worst_microseconds);
        }
        const Run run = commit_for(duration, [&] {
            const std::string text = "Engineer " + std::to_string(title++);
            require((raw_begin(raw.get()) |
                     raw_change_job_title(raw.get(), ids[theirs.below(ids.size())].value,
                                          text.c_str(), now) |
                     raw_commit(raw.get())) == 0,
                    "commit");
        });
        take_best(throughput.other, run.microseconds_each);
        take_best(stall.other, run.worst_microseconds);
    }
    constexpr std::string_view against = "C by hand, default autocheckpoint";
    bench.table().compare(
        {"W2", "sustained one-row commits, checkpoint() every 20 ms beside", against}, throughput,
        at_least(2.0));
    bench.table().compare({"W2", "the same, worst stall", against}, stall, at_most(0.1));
}

// ---- Commits by threads

constexpr int threads = 8;

/// Runs `work(thread)` in all threads at once; throws what the first of them threw.
void in_threads(const std::function<void(int)>& work) {
    std::vector<std::thread> running;
    std::vector<std::exception_ptr> thrown(threads);
    for (int thread = 0; thread < threads; ++thread) {
        running.emplace_back([&, thread] {
            try {
                work(thread);
            } catch (...) {
                thrown[static_cast<std::size_t>(thread)] = std::current_exception();
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    for (const std::exception_ptr& error : thrown) {
        if (error) {
            std::rethrow_exception(error);
        }
    }
}

/// SQLite's own waiting is unfair, so that a thread may be refused in the end.
void begin_at_last(raw_writer* raw) {
    for (int attempt = 0; raw_begin(raw) != 0; ++attempt) {
        require(attempt < 20, "begin");
    }
}

Measured by_threads(Bench& bench) {
    const int commits = bench.choose(25, 100);
    OpenOptions options;
    Specimen specimen(crowd(bench), options);
    const std::string copy = specimen.copy();
    std::vector<Session> sessions;
    std::vector<Owned<raw_writer>> raws;
    for (int thread = 0; thread < threads; ++thread) {
        sessions.push_back(specimen.crm().as_system());
        raws.push_back(owned(raw_writer_open(copy.c_str(), RAW_DURABLE), raw_writer_close));
    }
    const Batches batches(Bench::rounds() * threads, commits,
                          Id{specimen.contacts().back().value + 1}, sessions.front().now());
    int our_round = 0;
    int their_round = 0;
    const auto batch_of = [](int round, int thread) {
        return static_cast<std::size_t>(round * threads + thread);
    };
    return measure(
        Bench::rounds(), commits * threads,
        [&] {
            in_threads([&](int thread) {
                for (const Person& person : batches.persons[batch_of(our_round, thread)]) {
                    Contact contact = person.contact();
                    sessions[static_cast<std::size_t>(thread)].insert(MutableRecordView(contact));
                }
            });
            ++our_round;
        },
        [&] {
            in_threads([&](int thread) {
                raw_writer* const raw = raws[static_cast<std::size_t>(thread)].get();
                const ReadyContacts& rows = batches.ready[batch_of(their_round, thread)];
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    const raw_contact row = rows.row(i);
                    begin_at_last(raw);
                    require((raw_insert(raw, &row) | raw_commit(raw)) == 0, "commit");
                }
            });
            ++their_round;
        },
        Meter::wall);
}

}  // namespace

void bench_commits(Bench& bench) {
    Table& table = bench.table();
    table.compare({"W1", "one-row commits, durable", "C by hand, the same rows ready"},
                  one_by_one(bench, Durability::durable), at_most(1.10));
    table.compare({"W1", "one-row commits, fast", "C by hand, the same rows ready"},
                  one_by_one(bench, Durability::fast), at_most(1.10));
    sustained(bench);
    table.compare({"W3", "durable creates by 8 threads", "C by hand, 8 threads and connections"},
                  by_threads(bench), at_least(3.0));
}

}  // namespace crmkit::bench
