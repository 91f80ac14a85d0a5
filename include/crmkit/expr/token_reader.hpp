/// The words of an expression one by one, with what is said when another one was expected.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/expr/expression.hpp"
#include "crmkit/expr/lexer.hpp"

namespace crmkit::expr::detail {

/// Stands at one token of a text and can look at the one behind it.
class TokenReader {
  public:
    /// Throws Error(expression) for a text that is too long, or not UTF-8 without NUL.
    explicit TokenReader(std::string_view text) : lexer_(text) {
        if (text.size() > limits::text_bytes) {
            throw_at(text, 0, {},
                     "the text is longer than the " + std::to_string(limits::text_bytes) +
                         " bytes an expression may have");
        }
        const std::size_t bad = std::min(find_invalid_utf8(text), text.find('\0'));
        if (bad != std::string_view::npos) {
            throw_at(text, bad, {}, "an expression must be UTF-8 without NUL");
        }
        advance();
    }

  protected:
    [[nodiscard]] const Token& current() const { return token_; }
    [[nodiscard]] std::string_view source() const { return lexer_.text(); }

    void advance() {
        token_ = following_ ? *following_ : lexer_.next();
        following_.reset();
    }
    const Token& following() {
        if (!following_) {
            following_ = lexer_.next();
        }
        return *following_;
    }
    [[nodiscard]] bool at_sign(std::string_view sign) const {
        return token_.is(TokenKind::sign, sign);
    }
    [[nodiscard]] bool at_keyword(std::string_view keyword) const {
        return token_.is(TokenKind::keyword, keyword);
    }
    bool take_sign(std::string_view sign) {
        const bool there = at_sign(sign);
        if (there) {
            advance();
        }
        return there;
    }
    bool take_keyword(std::string_view keyword) {
        const bool there = at_keyword(keyword);
        if (there) {
            advance();
        }
        return there;
    }
    void expect_sign(std::string_view sign) {
        if (!take_sign(sign)) {
            unexpected("'" + std::string(sign) + "'");
        }
    }
    void expect_keyword(std::string_view keyword) {
        if (!take_keyword(keyword)) {
            unexpected("'" + std::string(keyword) + "'");
        }
    }
    void expect_end(const std::string& expected) {
        if (token_.kind != TokenKind::end) {
            unexpected(expected);
        }
    }

    [[noreturn]] void fail_at(std::uint32_t position, std::string_view value, std::string message) {
        throw_at(source(), position, shortened(value), std::move(message));
    }
    [[noreturn]] void fail_here(std::string message) {
        fail_at(token_.position, written(token_), std::move(message));
    }
    [[nodiscard]] std::string_view written(const Token& token) const {
        return source().substr(token.position, token.end - token.position);
    }
    [[noreturn]] void unexpected(const std::string& expected) {
        if (token_.kind == TokenKind::end) {
            fail_here("the text ends where " + expected + " is expected");
        }
        fail_here("is not expected here; expected is " + expected);
    }

  private:
    Lexer lexer_;
    Token token_{};
    std::optional<Token> following_{};
};

}  // namespace crmkit::expr::detail
