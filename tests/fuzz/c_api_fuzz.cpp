/// Random calls through the C interface, with null pointers, handles that were closed or released,
/// wrong fields, types, texts and lengths: each returns a code, nothing else happens, and the store
/// is sound in the end. What a caller may not do, use a released record or text, is not done.
#include <array>
#include <string>

#include "crmkit.h"
#include "crmkit/exchange/arrow_abi.h"

#include "any_store.hpp"
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
    explicit Calls(Input input) : input_(input), home_(input_.byte()), store_(home_.store()) {
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
        if (store_ != nullptr) {
            check_sound();
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

    /// No transaction is open any more.
    void check_sound() {
        crmkit_text* problems = nullptr;
        check(crmkit_check_integrity(store_, &problems));
        require(std::string_view(crmkit_text_data(problems)) == "[]", crmkit_text_data(problems));
        crmkit_text_free(problems);
    }

    // --- Arguments, one in eight of them wrong --------------------------------------------------

    /// Handles of one kind: those in use, and the last one that was released.
    template <typename Handle, std::size_t Count>
    Handle* one_of(const std::array<Handle*, Count>& handles, Handle* released = nullptr) {
        const std::size_t which = input_.byte();
        return which < 16 ? nullptr : which < 32 ? released : handles[which % Count];
    }
    crmkit_session* session() { return one_of(sessions_, released_session_); }
    crmkit_record* record() { return one_of(records_); }
    crmkit_cursor* cursor() { return one_of(cursors_, released_cursor_); }
    crmkit_store* store() { return one_of(std::array{store_}, released_store_); }

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
    /// `made` is looked at after the call that gave `code`.
    void take(crmkit_code code, crmkit_text* const& made) {
        check(code);
        require((code == CRMKIT_OK) == (made != nullptr), "a text comes with success only");
        require(crmkit_text_data(made)[crmkit_text_size(made)] == '\0', "a text ends in NUL");
        crmkit_text_free(made);
    }

    // --- Calls ----------------------------------------------------------------------------------

    void call() {
        switch (input_.byte() % 9) {
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
            case 5:
                return find();
            case 6:
                return describe();
            case 7:
                return hook();
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
        switch (input_.byte() % 7) {
            case 0:
                return check(crmkit_get(by, number(), of));
            case 1:
                return check(crmkit_get_even_deleted(by, number(), of));
            case 2:
                return take(crmkit_history(by, number(), &made), made);
            case 3:
                return take(crmkit_changes_since(by, number(), number(), &made), made);
            case 4:
                return take(crmkit_record_to_json(of, &made), made);
            case 5:
                if (name.size > 0 &&
                    std::string_view(name.data, static_cast<std::size_t>(name.size))
                        .starts_with("exchange")) {
                    return;  // would read and write files
                }
                return take(crmkit_call(by, name.data, name.size, json.data, json.size, &made),
                            made);
            default:
                int64_t user = 0;
                return check(
                    crmkit_ensure_user(store(), name.data, name.size, json.data, json.size, &user));
        }
    }

    void find() {
        crmkit_session* const by = session();
        const Text entity = text();
        const Text words = text();
        const Text more = text();
        crmkit_text* made = nullptr;
        std::array<int64_t, 4> ids{};
        std::size_t count = 0;
        switch (input_.byte() % 3) {
            case 0:
                return take(
                    crmkit_page(by, entity.data, entity.size, words.data, words.size, more.data,
                                more.size, number(), page_.data(), size_of(page_), &made),
                    made);
            case 1:
                return take(crmkit_aggregate(by, entity.data, entity.size, words.data, words.size,
                                             more.data, more.size, &made),
                            made);
            default: {
                const std::size_t capacity = input_.byte() % 5;
                check(crmkit_search(by, entity.data, entity.size, words.data, words.size,
                                    input_.byte() < 16 ? nullptr : ids.data(), capacity, &count));
                require(count <= capacity, "a search fills no more than there is room for");
            }
        }
    }

    void describe() {
        const Text name = text();
        crmkit_text* made = nullptr;
        switch (input_.byte() % 6) {
            case 0:
                return take(crmkit_describe(store(), &made), made);
            case 1:
                return take(crmkit_check_integrity(store(), &made), made);
            case 2:
                return check(
                    crmkit_backup(store(), home_.backup_path().c_str(), CRMKIT_NUL_TERMINATED));
            case 3:
                page_ = std::string(input_.text());
                (void)crmkit_entity_number(store(), name.data, name.size);
                return;
            case 4:
                (void)crmkit_session_user(session());
                (void)crmkit_record_version(record());
                return;
            default:
                open_another();
        }
    }

    /// Opens, in every wrong way, and in the one that needs no file.
    void open_another() {
        crmkit_store* other = nullptr;
        crmkit_options options;
        crmkit_options_init(&options, sizeof options);
        switch (input_.byte() % 6) {
            case 0:
                return check(crmkit_open("", 0, nullptr, &other));
            case 1:
                return check(crmkit_open("a\0b", 3, nullptr, &other));
            case 2:
                return check(crmkit_open("/", 1, &options, nullptr));
            case 3:
                return check(crmkit_open_on_sqlite(nullptr, &options, &other));
            case 4:
                options.struct_size = input_.byte();
                options.cache_kib = number();
                options.replica = static_cast<int32_t>(number());
                break;
            default:
                break;
        }
        const crmkit_code code = crmkit_open_memory(&options, &other);
        check(code);
        crmkit_close(other);
    }

    void hook() {
        const Text entity = text();
        uint64_t* const id = input_.byte() < 16 ? nullptr : &hooks_[input_.byte() % hooks_.size()];
        switch (input_.byte() % 4) {
            case 0:
                return check(
                    crmkit_before_write(store(), entity.data, entity.size, on_write, this, id));
            case 1:
                return check(
                    crmkit_after_write(store(), entity.data, entity.size, on_write, this, id));
            case 2:
                return check(crmkit_after_commit(store(), on_commit, this, id));
            default:
                return check(crmkit_remove_hook(store(), id == nullptr ? 0 : *id));
        }
    }

    /// Does to the event what hooks may do, and a little of what they may not.
    static crmkit_code on_write(void* ctx, const crmkit_write_event* event) {
        auto& self = *static_cast<Calls*>(ctx);
        if (self.depth_ >= most_depth) {
            return CRMKIT_OK;
        }
        ++self.depth_;
        self.released_session_ = event->session;  // soon
        const int32_t name = crmkit_field(event->after, "name", CRMKIT_NUL_TERMINATED);
        const Text value = self.text();
        switch (self.input_.byte() % 6) {
            case 0:
                check(crmkit_set_text(event->after, name, value.data, value.size));
                break;
            case 1:
                check(crmkit_create(event->session, self.record()));
                break;
            case 2:
                crmkit_hook_message(value.data, value.size);
                break;
            case 3:
                check(crmkit_begin(event->session));  // and leaves it open
                break;
            case 4:
                crmkit_session_close(event->session);
                crmkit_record_free(event->after);
                break;
            default:
                break;
        }
        --self.depth_;
        return static_cast<crmkit_code>(self.input_.byte() < 200 ? 0 : self.input_.byte());
    }
    static void on_commit(void* /*ctx*/, const char* json, std::size_t size) {
        require(json[size] == '\0', "a text ends in NUL");
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
        release(cursors_[place], released_cursor_, crmkit_cursor_close);
        if (what % 8 == 6) {
            const std::array<int64_t, 3> ids{number(), number(), number()};
            return check(crmkit_get_many(session(), entity.data, entity.size, ids.data(),
                                         input_.byte() % (ids.size() + 1), &cursors_[place]));
        }
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
            release(closed, released_session_, crmkit_session_close);
            check(crmkit_session_open(store(), number(), &closed));
            return;
        }
        if (what < 40) {  // once more
            crmkit_cursor_close(released_cursor_);
            crmkit_session_close(released_session_);
            crmkit_close(released_store_);
            return;
        }
        crmkit_session* const of = session();
        const Text origin = text();
        switch (what % 9) {
            case 0:
                return check(crmkit_begin(of));
            case 1:
                return check(crmkit_begin_read(of));
            case 2:
                return check(crmkit_commit(of));
            case 3:
                return check(crmkit_rollback(of));
            case 4:
                return check(crmkit_session_cancel(of));
            case 5:
                return check(crmkit_session_set_step_budget(of, number()));
            case 6:
                return check(crmkit_session_set_origin(of, origin.data, origin.size));
            case 7:
                return check(crmkit_checkpoint(store()));
            default:
                return check(crmkit_session_allow(of));
        }
    }

    void close_store() { release(store_, released_store_, crmkit_close); }

    template <typename Handle>
    static void release(Handle*& handle, Handle*& released, void (*how)(Handle*)) {
        how(handle);
        released = handle != nullptr ? handle : released;
        handle = nullptr;
    }

    static constexpr int most_depth = 3;

    Input input_;
    crmkit::fuzz::AnyStore home_;
    crmkit_store* store_;
    crmkit_store* released_store_ = nullptr;
    crmkit_session* released_session_ = nullptr;
    crmkit_cursor* released_cursor_ = nullptr;
    /// Where a page ended, or so the input says.
    std::string page_;
    int depth_ = 0;
    std::array<uint64_t, 3> hooks_{};
    std::array<crmkit_session*, 2> sessions_{};
    std::array<crmkit_record*, 3> records_{};
    std::array<crmkit_cursor*, 3> cursors_{};
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Calls(Input(data, size)).run();
    return 0;
}
