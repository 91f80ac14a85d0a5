/// Random calls through the C interface, with null pointers, handles that were closed, wrong
/// fields, types, texts and lengths: each returns a code, and nothing else happens. What a caller
/// may not do, use a released handle, is not done; closed stores and sessions are.
#include <array>
#include <string>

#include "crmkit.h"
#include "crmkit/exchange/arrow_abi.h"

#include "fuzz.hpp"

using crmkit::fuzz::Input;
using crmkit::fuzz::require;

namespace {

constexpr std::size_t most_calls = 60;

/// Texts that calls mean something by, besides those of the input.
constexpr std::string_view known_texts[] = {
    "account",
    "contact",
    "opportunities",
    "name",
    "last_name",
    "amount",
    "close_date",
    "owner",
    "Acme",
    "1200.00 EUR",
    "2026-12-31",
    "name = 'Acme'",
    "amount > :x order by close_date",
    R"({"x": "5 EUR"})",
    R"({"name": "Acme"})",
    "sales.win_rate",
    "engine.timeline",
    "count() by industry",
    "email_normal",
    "",
};

class Calls {
  public:
    explicit Calls(Input input) : input_(input) {
        crmkit_options options;
        crmkit_options_init(&options, sizeof options);
        options.has_seed = 1;
        check(crmkit_open_memory(&options, &store_));
        for (auto& session : sessions_) {
            check(crmkit_session_open(store_, 0, &session));
        }
        for (std::size_t i = 0; i < records_.size(); ++i) {
            const std::string_view entity = known_texts[i];
            check(crmkit_record_new(store_, entity.data(), size_of(entity), &records_[i]));
        }
    }
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    ~Calls() {
        if ((input_.byte() & 1U) != 0) {  // handles may be released in any order
            close_store();
        }
        for (crmkit_cursor* cursor : cursors_) {
            crmkit_cursor_close(cursor);
        }
        for (crmkit_record* record : records_) {
            crmkit_record_free(record);
        }
        for (crmkit_session* session : sessions_) {
            crmkit_session_close(session);
        }
        close_store();
    }

    void run() {
        for (std::size_t i = 0; i < most_calls && !input_.is_empty(); ++i) {
            call();
        }
    }

  private:
    static int64_t size_of(std::string_view text) { return static_cast<int64_t>(text.size()); }

    /// Every call ends here.
    static void check(crmkit_code code) {
        require(crmkit_code_name(code) != nullptr, "a result is a code");
        require(code != CRMKIT_INTERNAL, crmkit_error_message());
        if (code == CRMKIT_OK) {
            return;
        }
        require(crmkit_error_code() == code, "the error is that of the call");
        require(crmkit_error_message()[0] != '\0', "an error has a message");
        crmkit_problem problem{};
        problem.struct_size = sizeof problem;
        for (std::size_t i = 0; i < crmkit_error_problem_count(); ++i) {
            require(crmkit_error_problem(i, &problem) == CRMKIT_OK, "problems can be read");
        }
    }

    // --- Arguments, one in sixteen of them wrong ------------------------------------------------

    template <typename Handle, std::size_t Count>
    Handle* one_of(const std::array<Handle*, Count>& handles) {
        const std::size_t which = input_.byte();
        return which < 16 ? nullptr : handles[which % Count];
    }
    crmkit_session* session() { return one_of(sessions_); }
    crmkit_record* record() { return one_of(records_); }
    crmkit_cursor* cursor() { return one_of(cursors_); }
    crmkit_store* store() { return input_.byte() < 16 ? nullptr : store_; }

    struct Text {
        const char* data;
        int64_t size;
    };
    Text text() {
        const std::size_t which = input_.byte();
        if (which < 8) {
            return {nullptr, which < 4 ? 0 : -1};
        }
        if (which < 12) {
            return {"abc", which == 8 ? -2 : which == 9 ? INT64_MIN : -1};
        }
        if (which < 64) {
            const std::string_view own = input_.text();
            return {own.data(), size_of(own)};
        }
        const std::string_view known = known_texts[which % std::size(known_texts)];
        return {known.data(), size_of(known)};
    }
    int32_t field(const crmkit_record* of) {
        const Text name = text();
        const int32_t known = crmkit_field(of, name.data, name.size);
        return known != 0 ? known : static_cast<int32_t>(input_.number(1)) - 1;
    }
    int64_t number() {
        switch (input_.byte() % 4) {
            case 0:
                return static_cast<int64_t>(input_.number(8));
            case 1:
                return crmkit_record_id(records_[input_.byte() % records_.size()]);
            default:
                return static_cast<int64_t>(input_.byte()) - 1;
        }
    }
    void take(crmkit_code code, crmkit_text* made) {
        check(code);
        require((code == CRMKIT_OK) == (made != nullptr), "a text comes with success only");
        require(crmkit_text_data(made)[crmkit_text_size(made)] == '\0', "a text ends in NUL");
        crmkit_text_free(made);
    }

    // --- Calls ----------------------------------------------------------------------------------

    void call() {
        switch (input_.byte() % 6) {
            case 0:
                return set();
            case 1:
                return get();
            case 2:
                return write();
            case 3:
                return read();
            case 4:
                return query();
            default:
                return handle();
        }
    }

    void set() {
        crmkit_record* const of = record();
        const int32_t which = field(of);
        const Text value = text();
        switch (input_.byte() % 6) {
            case 0:
                return check(crmkit_set_int64(of, which, number()));
            case 1:
                return check(crmkit_set_money(of, which, number(),
                                              input_.byte() % 2 != 0 ? "EUR" : nullptr));
            case 2:
                return check(crmkit_set_link(of, which, static_cast<int32_t>(number()), number()));
            case 3:
                return check(crmkit_set_null(of, which));
            case 4:
                return check(crmkit_record_from_json(of, value.data, value.size));
            default:
                return check(crmkit_set_text(of, which, value.data, value.size));
        }
    }

    void get() {
        const crmkit_record* const of = record();
        const int32_t which = field(of);
        const bool has_out = input_.byte() >= 16;
        const char* out = nullptr;
        std::size_t size = 0;
        int64_t number = 0;
        int32_t entity = 0;
        char currency[4] = {};
        switch (input_.byte() % 5) {
            case 0:
                return check(crmkit_get_int64(of, which, has_out ? &number : nullptr));
            case 1:
                return check(crmkit_get_money(of, which, has_out ? &number : nullptr, currency));
            case 2:
                return check(crmkit_get_link(of, which, has_out ? &entity : nullptr, &number));
            case 3:
                (void)crmkit_is_null(of, which);
                return;
            default:
                check(crmkit_get_text(of, which, has_out ? &out : nullptr, &size));
                require(out == nullptr || out[size] == '\0', "a text ends in NUL");
        }
    }

    void write() {
        crmkit_session* const by = session();
        crmkit_record* const of = record();
        const Text entity = text();
        const Text key = text();
        int32_t action = 0;
        switch (input_.byte() % 7) {
            case 0:
                return check(crmkit_update(by, of));
            case 1:
                return check(crmkit_delete(by, entity.data, entity.size, number(), number()));
            case 2:
                return check(crmkit_restore(by, entity.data, entity.size, number()));
            case 3:
                return check(crmkit_upsert(by, entity.data, entity.size, key.data, key.size,
                                           static_cast<int32_t>(number()), of, &action));
            case 4:
                return check(crmkit_upsert_by(by, key.data, key.size,
                                              static_cast<int32_t>(number()), of, nullptr));
            case 5:
                return check(crmkit_undo(by, number()));
            default:
                return check(crmkit_create(by, of));
        }
    }

    void read() {
        crmkit_session* const by = session();
        crmkit_record* const of = record();
        crmkit_text* made = nullptr;
        const Text name = text();
        const Text json = text();
        switch (input_.byte() % 6) {
            case 0:
                return check(crmkit_get(by, number(), of));
            case 1:
                return take(crmkit_history(by, number(), &made), made);
            case 2:
                return take(crmkit_record_to_json(of, &made), made);
            case 3:
                if (name.size > 0 &&
                    std::string_view(name.data, static_cast<std::size_t>(name.size))
                        .starts_with("exchange")) {
                    return;  // would read and write files
                }
                return take(crmkit_call(by, name.data, name.size, json.data, json.size, &made),
                            made);
            case 4:
                return take(crmkit_check_integrity(store(), &made), made);
            default:
                int64_t user = 0;
                return check(
                    crmkit_ensure_user(store(), name.data, name.size, json.data, json.size, &user));
        }
    }

    void query() {
        const Text entity = text();
        const Text condition = text();
        const Text parameters = text();
        const std::size_t place = input_.byte() % cursors_.size();
        int32_t has_record = 0;
        const std::uint8_t what = input_.byte();
        if (what % 2 != 0) {
            return check(crmkit_cursor_next(cursor(), record(), &has_record));
        }
        if (what % 16 == 0) {
            return read_columns(entity, condition, parameters);
        }
        crmkit_cursor_close(cursors_[place]);
        cursors_[place] = nullptr;
        check(crmkit_query(session(), entity.data, entity.size, condition.data, condition.size,
                           parameters.data, parameters.size, &cursors_[place]));
    }

    void read_columns(Text entity, Text condition, Text parameters) {
        const Text fields = text();
        ArrowArrayStream stream{};
        ArrowSchema schema{};
        ArrowArray batch{};
        check(crmkit_query_arrow(session(), entity.data, entity.size, condition.data,
                                 condition.size, parameters.data, parameters.size, fields.data,
                                 fields.size, &stream));
        if (stream.release == nullptr) {
            return;
        }
        require(stream.get_schema(&stream, &schema) == 0, "a stream has a type");
        schema.release(&schema);
        const bool is_closed = input_.byte() < 16;
        if (is_closed) {
            close_store();
        }
        const int code = stream.get_next(&stream, &batch);
        require((code != 0) == is_closed, "a stream can be read while its store is open");
        if (batch.release != nullptr) {
            batch.release(&batch);
        }
        stream.release(&stream);
    }

    void handle() {
        const std::uint8_t what = input_.byte();
        if (what < 8) {
            return close_store();
        }
        if (what < 32) {
            auto& closed = sessions_[what % sessions_.size()];
            crmkit_session_close(closed);
            closed = nullptr;
            check(crmkit_session_open(store(), number(), &closed));
            return;
        }
        crmkit_session* const of = session();
        switch (what % 3) {
            case 0:
                return check(crmkit_begin(of));
            case 1:
                return check(crmkit_commit(of));
            default:
                return check(crmkit_rollback(of));
        }
    }

    void close_store() {
        crmkit_close(store_);
        store_ = nullptr;
    }

    Input input_;
    crmkit_store* store_ = nullptr;
    std::array<crmkit_session*, 2> sessions_{};
    std::array<crmkit_record*, 3> records_{};
    std::array<crmkit_cursor*, 3> cursors_{};
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Calls(Input(data, size)).run();
    return 0;
}
