/// The words of an expression: names, literals, parameters and signs, with their places.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit::expr::detail {

/// What a token is. Signs and keywords are told apart by their text.
enum class TokenKind : std::uint8_t {
    end,
    name,
    keyword,
    quoted_name,
    number,
    text,
    parameter,
    sign,
};

/// A piece of the text; borrows from it. Of a quoted name, text or parameter, what is inside.
struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text{};
    std::uint32_t position = 0;
    std::uint32_t end = 0;

    [[nodiscard]] bool is(TokenKind of, std::string_view with) const {
        return kind == of && text == with;
    }
};

/// Words that are not field names unless in double quotes. All lower case.
inline constexpr std::array<std::string_view, 20> keywords{
    "and",   "asc",   "between", "by",          "contains", "desc", "ends_with",
    "false", "in",    "is",      "like",        "limit",    "not",  "null",
    "or",    "order", "sort",    "starts_with", "true",     "where"};

/// The keyword that `word` is in any case of letters; empty when it is none.
inline std::string_view keyword_of(std::string_view word) {
    constexpr std::size_t longest = 11;
    if (word.size() < 2 || word.size() > longest) {
        return {};
    }
    std::array<char, longest> lower{};
    for (std::size_t i = 0; i < word.size(); ++i) {
        lower[i] = crmkit::detail::ascii_lower(word[i]);
    }
    const std::string_view folded(lower.data(), word.size());
    for (const std::string_view keyword : keywords) {
        if (keyword == folded) {
            return keyword;
        }
    }
    return {};
}

/// The error at a place of a text, with line and column counted from 1.
inline Problem problem_at(std::string_view text, std::size_t position, Problem problem) {
    problem.line = 1;
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < position && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++problem.line;
            line_start = i + 1;
        }
    }
    problem.column = static_cast<std::int64_t>(position - line_start) + 1;
    return problem;
}

[[noreturn]] inline void throw_at(std::string_view text, std::size_t position, std::string value,
                                  std::string message) {
    throw Error::about(
        ErrorCode::expression,
        problem_at(text, position, Problem{{}, {}, std::move(value), std::move(message)}));
}

/// Reads one token after the other.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string_view text() const { return text_; }

    /// The next token; `end` for ever at the end. Throws Error(expression).
    Token next() {
        skip_blanks();
        start_ = at_;
        if (at_ == text_.size()) {
            return token(TokenKind::end, {});
        }
        const char c = text_[at_];
        if (is_letter(c)) {
            return word();
        }
        if (is_digit(c)) {
            return number();
        }
        if (c == '\'') {
            return quoted_text();
        }
        if (c == '"') {
            return quoted_name();
        }
        if (c == ':') {
            return parameter();
        }
        return sign();
    }

  private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    [[nodiscard]] Token token(TokenKind kind, std::string_view text) const {
        return {kind, text, static_cast<std::uint32_t>(start_), static_cast<std::uint32_t>(at_)};
    }
    [[nodiscard]] std::string_view since_start() const {
        return text_.substr(start_, at_ - start_);
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    void skip_word() {
        while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) {
            ++at_;
        }
    }

    Token word() {
        skip_word();
        const std::string_view keyword = keyword_of(since_start());
        return keyword.empty() ? token(TokenKind::name, since_start())
                               : token(TokenKind::keyword, keyword);
    }

    Token number() {
        const auto digits = [this] {
            while (at_ < text_.size() && is_digit(text_[at_])) {
                ++at_;
            }
        };
        digits();
        if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
            ++at_;
            digits();
        }
        const std::string_view digits_read = since_start();
        if (at_ < text_.size() && is_letter(text_[at_])) {
            skip_word();
            throw_at(text_, start_, shortened(since_start()),
                     "is not a number; put a blank behind a number");
        }
        return token(TokenKind::number, digits_read);
    }

    Token quoted_text() {
        ++at_;
        const std::size_t inside = at_;
        while (true) {
            const std::size_t quote = text_.find('\'', at_);
            if (quote == std::string_view::npos) {
                throw_at(text_, start_, shortened(text_.substr(start_)), "has no closing quote '");
            }
            at_ = quote + 1;
            if (at_ == text_.size() || text_[at_] != '\'') {
                return token(TokenKind::text, text_.substr(inside, quote - inside));
            }
            ++at_;
        }
    }

    Token quoted_name() {
        const std::size_t quote = text_.find('"', at_ + 1);
        if (quote == std::string_view::npos) {
            throw_at(text_, start_, shortened(text_.substr(start_)), "has no closing quote \"");
        }
        const std::string_view inside = text_.substr(at_ + 1, quote - at_ - 1);
        at_ = quote + 1;
        if (inside.empty()) {
            throw_at(text_, start_, {}, "a name in double quotes must not be empty");
        }
        return token(TokenKind::quoted_name, inside);
    }

    Token parameter() {
        ++at_;
        if (at_ == text_.size() || !is_letter(text_[at_])) {
            throw_at(text_, start_, ":", "must be followed by the name of a parameter");
        }
        skip_word();
        return token(TokenKind::parameter, since_start().substr(1));
    }

    Token sign() {
        constexpr std::array<std::string_view, 5> long_signs{"!=", "<>", "<=", ">=", "||"};
        for (const std::string_view known : long_signs) {
            if (text_.substr(at_, 2) == known) {
                at_ += 2;
                return token(TokenKind::sign, known);
            }
        }
        constexpr std::string_view short_signs = "=<>+-*/(),.";
        if (short_signs.find(text_[at_]) == std::string_view::npos) {
            refuse_character();
        }
        ++at_;
        return token(TokenKind::sign, since_start());
    }

    [[noreturn]] void refuse_character() {
        const std::size_t length =
            std::max<std::size_t>(crmkit::detail::sequence_length(text_, at_), 1);
        const std::string_view character = text_.substr(at_, length);
        const bool is_c_style = character == "&" || character == "|";
        throw_at(text_, at_, shortened(character),
                 is_c_style ? "is not a sign of the expression language; write 'and' or 'or'"
                            : "is not a character of the expression language; texts stand in "
                              "single quotes");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t start_ = 0;
};

}  // namespace crmkit::expr::detail
