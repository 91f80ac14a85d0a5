/// Every allocation fails once, and then again from that one on, under a program that uses the C
/// interface: nothing but codes comes across it, and nothing is left behind. See allocations.cpp.
#include "fault/allocations.hpp"

#include <crmkit.h>
#include <crmkit/exchange/arrow_abi.h>
#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fault/allocation_places.hpp"
#include "fault/size.hpp"
#include "temporary_folder.hpp"

namespace crmkit::fault {
namespace {

constexpr std::int64_t nul = CRMKIT_NUL_TERMINATED;

std::int64_t standing_clock(void*) { return 1'795'253'400'000'000; }

/// What a small program does; it goes on with what it has, also when that is NULL.
class Program {
  public:
    Program(std::string path, Trap& trap) : path_(std::move(path)), trap_(trap) {}
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() { close(); }

    void run() {
        open();
        write();
        use_transactions();
        read();
        close();
    }
    void open() {
        crmkit_options options;
        crmkit_options_init(&options, sizeof options);
        options.clock = standing_clock;
        options.has_seed = 1;
        options.seed = 1;
        options.replica = 1;
        options.busy_timeout_ms = 20;
        std::int64_t user = 0;
        take(crmkit_open(path_.c_str(), nul, &options, &store_));
        take(crmkit_ensure_user(store_, "Ada", nul, "ada@example.com", nul, &user));
        take(crmkit_session_open(store_, user, &me_));
    }
    void close() {
        crmkit_session_close(me_);
        crmkit_close(store_);
        me_ = nullptr;
        store_ = nullptr;
    }

    /// 0 when it cannot be.
    std::int64_t add_account(const char* name) {
        crmkit_record* account = nullptr;
        take(crmkit_record_new(store_, "account", nul, &account));
        take(crmkit_set_text(account, crmkit_field(account, "name", nul), name, nul));
        const bool is_made = take(crmkit_create(me_, account));
        const std::int64_t id = is_made ? crmkit_record_id(account) : 0;
        crmkit_record_free(account);
        return id;
    }
    /// The name of an account; empty when there is none.
    std::string account_name(std::int64_t id) {
        crmkit_record* account = nullptr;
        const char* text = "";
        std::size_t size = 0;
        take(crmkit_record_new(store_, "account", nul, &account));
        take(crmkit_get(me_, id, account));
        take(crmkit_get_text(account, crmkit_field(account, "name", nul), &text, &size));
        const Trap::Pause pause(trap_);
        std::string name(text == nullptr ? "" : text, text == nullptr ? 0 : size);
        crmkit_record_free(account);
        return name;
    }
    /// The answer of a call that gives a text; empty when it fails.
    template <typename Call>
    std::string text_of(Call call) {
        crmkit_text* text = nullptr;
        const bool is_given = take(call(&text));
        const Trap::Pause pause(trap_);
        std::string found(is_given ? crmkit_text_data(text) : "");
        crmkit_text_free(text);
        return found;
    }
    std::string integrity() {
        return text_of([this](crmkit_text** out) { return crmkit_check_integrity(store_, out); });
    }
    std::string count() {
        return text_of([this](crmkit_text** out) {
            return crmkit_aggregate(me_, "account", nul, "count()", nul, nullptr, 0, out);
        });
    }

    /// The accounts that are stored, for all that the program was told.
    [[nodiscard]] const std::map<std::int64_t, std::string>& kept() const { return kept_; }
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    /// What came across the interface that must not.
    [[nodiscard]] const std::string& finding() const { return finding_; }

  private:
    bool take(crmkit_code code) {
        if (code == CRMKIT_OK) {
            return true;
        }
        const Trap::Pause pause(trap_);
        has_failed_ = true;
        const bool is_known = code == CRMKIT_OUT_OF_MEMORY || code == CRMKIT_INVALID_ARGUMENT ||
                              code == CRMKIT_NOT_FOUND || code == CRMKIT_VALIDATION;
        const std::string_view message = crmkit_error_message();
        if (!is_known || message.empty() || crmkit_error_code() != code) {
            finding_ += std::to_string(code) + ": " + std::string(message) + "; ";
        }
        return false;
    }
    void keep(std::int64_t id, const char* name) {
        const Trap::Pause pause(trap_);
        if (id != 0) {
            kept_[id] = name;
        }
    }

    void write() {
        const std::int64_t acme = add_account("Acme");
        keep(acme, "Acme");
        crmkit_record* account = nullptr;
        take(crmkit_record_new(store_, "account", nul, &account));
        take(crmkit_get(me_, acme, account));
        take(crmkit_set_text(account, crmkit_field(account, "name", nul), "Acme Steel", nul));
        if (take(crmkit_update(me_, account))) {
            keep(acme, "Acme Steel");
        }
        crmkit_record_free(account);
        const std::int64_t gone = add_account("Gone");
        keep(gone, "Gone");
        if (take(crmkit_delete(me_, "account", nul, gone, 0))) {
            const Trap::Pause pause(trap_);
            kept_.erase(gone);
        }
    }
    void use_transactions() {
        if (take(crmkit_begin(me_))) {
            const std::int64_t one = add_account("One");
            const std::int64_t two = add_account("Two");
            if (one != 0 && two != 0 && take(crmkit_commit(me_))) {
                keep(one, "One");
                keep(two, "Two");
            } else {
                crmkit_rollback(me_);
            }
        }
        if (take(crmkit_begin(me_))) {
            add_account("Never");
            take(crmkit_rollback(me_));
        }
    }
    void read() {
        crmkit_record* account = nullptr;
        crmkit_cursor* cursor = nullptr;
        std::int32_t has_record = 1;
        take(crmkit_record_new(store_, "account", nul, &account));
        take(crmkit_query(me_, "account", nul, "name > :from order by name", nul,
                          R"({"from": "A"})", nul, &cursor));
        while (has_record != 0 && take(crmkit_cursor_next(cursor, account, &has_record))) {
        }
        crmkit_cursor_close(cursor);
        crmkit_record_free(account);
        read_columns();
        std::array<std::int64_t, 10> ids{};
        std::size_t found = 0;
        take(crmkit_search(me_, "account", nul, "ac", nul, ids.data(), ids.size(), &found));
        text_of([this](crmkit_text** out) {
            return crmkit_page(me_, "account", nul, "order by name", nul, nullptr, 0, 2, nullptr, 0,
                               out);
        });
        text_of([&](crmkit_text** out) { return crmkit_history(me_, ids[0], out); });
        text_of([this](crmkit_text** out) {
            return crmkit_call(me_, "sales.pipeline_by_stage", nul, "{}", nul, out);
        });
        count();
        take(crmkit_backup(store_, backup_path_.c_str(), nul));
        integrity();
    }
    void read_columns() {
        ArrowArrayStream stream{};
        if (!take(crmkit_query_arrow(me_, "account", nul, "order by name", nul, nullptr, 0,
                                     "name, rating, owner, annual_revenue", nul, &stream))) {
            return;
        }
        ArrowSchema schema{};
        if (take_errno(stream.get_schema(&stream, &schema))) {
            schema.release(&schema);
        }
        ArrowArray batch{};
        while (take_errno(stream.get_next(&stream, &batch)) && batch.release != nullptr) {
            batch.release(&batch);
        }
        stream.release(&stream);
    }
    bool take_errno(int code) {
        if (code != 0 && code != ENOMEM) {
            const Trap::Pause pause(trap_);
            finding_ += "a stream failed with " + std::to_string(code) + "; ";
        }
        has_failed_ = has_failed_ || code != 0;
        return code == 0;
    }

    std::string path_;
    std::string backup_path_ = path_ + "-backup";
    Trap& trap_;
    crmkit_store* store_ = nullptr;
    crmkit_session* me_ = nullptr;
    std::map<std::int64_t, std::string> kept_;
    bool has_failed_ = false;
    std::string finding_;
};

class Sweep {
  public:
    explicit Sweep(Trap& trap) : trap_(trap) {
        const std::string path = folder_.file("new.db");
        Program(path, trap_).open();
        std::ifstream file(path, std::ios::binary);
        contents_ = {std::istreambuf_iterator<char>(file), {}};
    }

    /// Whether the program ran without an error.
    bool run(std::int64_t nth, bool from_then_on) {
        ++runs_;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            std::filesystem::remove(entry.path());
        }
        folder_.write("store.db", contents_);
        const std::string path = folder_.file("store.db");
        bool is_well = false;
        {
            Program program(path, trap_);
            {
                const Trap::Armed armed(trap_, nth, from_then_on);
                program.run();
            }
            is_well = !program.has_failed();
            chances_ = trap_.chances();
            INFO("allocation ", nth, from_then_on ? std::string(" and all that follow") : "");
            CHECK(program.finding() == "");
            check_store(path, program.kept());
        }
        forget_last_error();
        const std::string left = what_is_left();
        INFO("allocation ", nth, ": ", left);
        CHECK((nth == 0 || left.empty()));  // the first run makes what the library then keeps
        return is_well;
    }
    [[nodiscard]] std::int64_t runs() const { return runs_; }
    /// Allocations of the last run.
    [[nodiscard]] std::int64_t chances() const { return chances_; }

  private:
    /// Without memory the library keeps no more of an error than its code.
    static void forget_last_error() {
        crmkit_store* store = nullptr;
        crmkit_code code = CRMKIT_OK;
        {
            const Trap::Armed armed(new_trap, 1, true);
            code = crmkit_open_memory(nullptr, &store);
        }
        CHECK(code == CRMKIT_OUT_OF_MEMORY);
    }
    void check_store(const std::string& path, const std::map<std::int64_t, std::string>& kept) {
        Program program(path, trap_);
        program.open();
        CHECK(program.integrity() == "[]");
        for (const auto& [id, name] : kept) {
            CHECK(program.account_name(id) == name);
        }
        CHECK(program.count() == "[[" + std::to_string(kept.size()) + "]]");
        CHECK(program.add_account("Next") != 0);
    }

    Trap& trap_;
    testing::TemporaryFolder folder_;
    std::string contents_;
    std::int64_t runs_ = 0;
    std::int64_t chances_ = 0;
};

void sweep(Trap& trap) {
    Sweep sweep(trap);
    auto places = std::make_unique<Places>();
    REQUIRE(sweep.run(0, false));
    const std::vector<std::int64_t> chances = Places::chances();
    places.reset();
    sweep.run(INT64_MAX, false);
    const std::int64_t count = sweep.chances();
    for_each_fault(chances, count,
                   [&](std::int64_t nth, bool from_then_on) { sweep.run(nth, from_then_on); });
    MESSAGE("volume: " << counted(sweep.runs(), "runs") << ", " << counted(count, "allocations at ")
                       << counted(static_cast<std::int64_t>(chances.size()), "places"));
}

}  // namespace

TEST_CASE("every allocation of ours fails behind the C interface") { sweep(new_trap); }

TEST_CASE("every allocation of SQLite's fails behind the C interface") { sweep(sqlite_trap); }

}  // namespace crmkit::fault
