/// A store whose statements are watched while hostile texts go through it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "security/error_texts.hpp"
#include "security/payloads.hpp"
#include "security/watched_host.hpp"

namespace crmkit::test {

/// With words to search for, without, and not a letter.
inline constexpr std::string_view harmless_texts[] = {
    "Harmless",      "two words",         "--",   "de", "EUR", "a@b.example", "+49 30 123456",
    "+49 30 654321", "https://a.example", "true", "7"};

/// A store on a watched connection, and what must not change in it.
struct Scene {
    WatchedHost host;
    TestClock clock;
    Crm crm = Crm::open(host.connection(), clock.options());
    Session me = crm.as_system();
    Account bystander = me.create(Account{.name = "Bystander", .description = "untouched"});

    void check_unharmed() {
        CHECK(me.get<Account>(bystander.id).description == "untouched");
        CHECK(me.get<Account>(bystander.id).version == 1);
        CHECK(host.own_state() == std::vector<std::string>{"kept", "ok"});
        CHECK(crm.check_integrity().empty());
    }
};

/// Runs `call`, which may be refused for what `text` is, and says whether it was let through. What
/// refuses it says nothing of SQL.
template <typename Call>
bool is_accepted(std::string_view text, Call call) {
    ErrorCode code = ErrorCode::ok;
    try {
        call();
    } catch (const Error& error) {
        code = error.code();
        const std::string telling = telling_text(error, text);
        REQUIRE_MESSAGE(telling.empty(), telling);
    }
    const bool is_refused = code == ErrorCode::validation || code == ErrorCode::expression ||
                            code == ErrorCode::not_found || code == ErrorCode::invalid_argument ||
                            code == ErrorCode::syntax;
    REQUIRE_MESSAGE((code == ErrorCode::ok || is_refused), to_string(code));
    return code == ErrorCode::ok;
}

/// The long sweeps take each such-th text of the corpus. Environment variable CRMKIT_CORPUS_STEP,
/// by default 1, all of them; for builds that are many times as slow.
inline std::size_t corpus_step() {
    const char* const step = std::getenv("CRMKIT_CORPUS_STEP");
    return step == nullptr ? 1 : std::stoul(step);
}

/// What a hostile text may do to the statements that run.
enum class Statements : std::uint8_t {
    as_harmless,  ///< they are those of harmless texts
    or_reads,     ///< or, where the text may be an expression, others that each only read
};

inline bool only_reads(std::string_view statement) {
    return (statement.starts_with("SELECT ") || statement.starts_with("WITH ")) &&
           statement.find(';') == std::string_view::npos;
}

/// Does `act` with harmless texts and then with each hostile one, and checks the statements.
template <typename Act>
void check_statements(WatchedHost& host, Statements allowed,
                      std::span<const std::string_view> harmless, Act act) {
    host.take_statements();
    for (const std::string_view text : harmless) {
        act(std::string(text));
    }
    const std::set<std::string> expected = host.take_statements();
    const std::vector<std::string> texts = hostile_texts();
    for (std::size_t i = 0; i < texts.size(); i += corpus_step()) {
        const std::string& text = texts[i];
        CAPTURE(text);
        act(text);
        for (const std::string& statement : host.take_statements()) {
            const bool undoes = statement.starts_with("ROLLBACK TO crmkit_") ||
                                statement.starts_with("RELEASE crmkit_");
            const bool is_allowed = expected.contains(statement) || undoes ||
                                    (allowed == Statements::or_reads && only_reads(statement));
            REQUIRE_MESSAGE(is_allowed, statement);
        }
    }
}

template <typename Act>
void check_same_statements(WatchedHost& host, Act act) {
    check_statements(host, Statements::as_harmless, harmless_texts, act);
}

}  // namespace crmkit::test
