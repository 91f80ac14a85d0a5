/// How crmkit reports failure: one closed set of codes, and every problem of a record at once.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmkit {

/// The closed set of failures. The numbers are part of the C ABI and never change meaning.
enum class ErrorCode : std::int32_t {
    ok = 0,
    invalid_argument = 1,    ///< the call itself is wrong: null handle, closed store, bad option
    validation = 2,          ///< one or more field values are refused; see Error::problems()
    not_found = 3,           ///< no such record, entity, field or operation
    conflict = 4,            ///< the record has another version than the caller read
    duplicate = 5,           ///< a unique key is taken, or an upsert key matches several records
    restricted = 6,          ///< other records refer to this one and their rule forbids deleting it
    illegal_transition = 7,  ///< the state machine has no such move
    permission_denied = 8,   ///< the actor may not do this
    vetoed = 9,              ///< a before-hook of the host refused the change
    expression = 10,         ///< an expression does not parse or does not type-check
    syntax = 11,             ///< a file or text (CSV, JSON) is malformed
    limit = 12,              ///< a size, depth or step limit was passed
    cancelled = 13,          ///< the caller asked to stop
    busy = 14,               ///< another connection holds the lock past the deadline
    read_only = 15,          ///< the store or file may not be written
    disk_full = 16,          ///< no space left; nothing of the command was kept
    io = 17,                 ///< the operating system reported a read or write failure
    corrupt = 18,            ///< the file is not a crmkit store, or is damaged
    newer_schema = 19,       ///< the file was written by a newer crmkit
    two_sqlites = 20,        ///< a second copy of SQLite is loaded in this process
    out_of_memory = 21,      ///< an allocation failed; nothing of the command was kept
    unsupported = 22,        ///< this backend or build cannot do what was asked
    internal = 23,           ///< a defect in crmkit; please report it
};

/// The codes with their stable names, in numeric order. The one list that C and Python are made
/// from.
inline constexpr std::array<std::pair<ErrorCode, std::string_view>, 24> error_codes{{
    {ErrorCode::ok, "ok"},
    {ErrorCode::invalid_argument, "invalid_argument"},
    {ErrorCode::validation, "validation"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::conflict, "conflict"},
    {ErrorCode::duplicate, "duplicate"},
    {ErrorCode::restricted, "restricted"},
    {ErrorCode::illegal_transition, "illegal_transition"},
    {ErrorCode::permission_denied, "permission_denied"},
    {ErrorCode::vetoed, "vetoed"},
    {ErrorCode::expression, "expression"},
    {ErrorCode::syntax, "syntax"},
    {ErrorCode::limit, "limit"},
    {ErrorCode::cancelled, "cancelled"},
    {ErrorCode::busy, "busy"},
    {ErrorCode::read_only, "read_only"},
    {ErrorCode::disk_full, "disk_full"},
    {ErrorCode::io, "io"},
    {ErrorCode::corrupt, "corrupt"},
    {ErrorCode::newer_schema, "newer_schema"},
    {ErrorCode::two_sqlites, "two_sqlites"},
    {ErrorCode::out_of_memory, "out_of_memory"},
    {ErrorCode::unsupported, "unsupported"},
    {ErrorCode::internal, "internal"},
}};

/// The stable name of a code, e.g. "not_found".
constexpr std::string_view to_string(ErrorCode code) {
    return error_codes[static_cast<std::size_t>(code)].second;
}

/// One thing that is wrong with one value. Empty members are unknown or do not apply.
struct Problem {
    std::string entity;       ///< entity name, e.g. "opportunity"
    std::string field;        ///< field name, e.g. "close_date"
    std::string value;        ///< the offending value as text, shortened to a readable length
    std::string message;      ///< what is wrong and what would be right
    std::int64_t line = 0;    ///< 1-based line of a file or text; 0 when there is none
    std::int64_t column = 0;  ///< 1-based column (in bytes) on that line; 0 when there is none
};

/// The one exception that crmkit throws. Copyable; safe to pass between threads once thrown.
class Error : public std::exception {
  public:
    Error(ErrorCode code, std::string message, std::vector<Problem> problems = {})
        : code_(code), message_(std::move(message)), problems_(std::move(problems)) {}

    /// An error about exactly one problem; the message is made from it.
    static Error about(ErrorCode code, Problem problem);
    /// An error over several problems; the message lists them all.
    static Error about(ErrorCode code, std::vector<Problem> problems);

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    /// Every problem found, in field order; empty when the failure is not about values.
    [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  private:
    ErrorCode code_;
    std::string message_;
    std::vector<Problem> problems_;
};

/// A value as an error message shows it: at most 60 bytes, cut at a character boundary, with the
/// bytes that are not printable replaced, so that a hostile value cannot blow up or garble a log.
inline std::string shortened(std::string_view value) {
    constexpr std::size_t longest = 60;
    const bool cut = value.size() > longest;
    std::size_t end = cut ? longest : value.size();
    while (cut && end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    std::string out(value.substr(0, end));
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7FU) {
            c = '?';
        }
    }
    if (cut) {
        out += "…";
    }
    return out;
}

/// "opportunity.amount: 'abc' is not a number (line 3, column 14)": a problem in one line.
inline std::string to_string(const Problem& problem) {
    std::string out = problem.entity;
    if (!problem.field.empty()) {
        out += out.empty() ? "" : ".";
        out += problem.field;
    }
    out += out.empty() ? "" : ": ";
    if (!problem.value.empty()) {
        out += "'" + shortened(problem.value) + "' ";
    }
    out += problem.message;
    if (problem.line > 0) {
        out += " (line " + std::to_string(problem.line);
        out += problem.column > 0 ? ", column " + std::to_string(problem.column) + ")" : ")";
    }
    return out;
}

inline Error Error::about(ErrorCode code, std::vector<Problem> problems) {
    std::string message;
    for (const Problem& problem : problems) {
        message += message.empty() ? "" : "; ";
        message += to_string(problem);
    }
    return Error(code, std::move(message), std::move(problems));
}

inline Error Error::about(ErrorCode code, Problem problem) {
    std::vector<Problem> problems;
    problems.push_back(std::move(problem));
    return about(code, std::move(problems));
}

}  // namespace crmkit
