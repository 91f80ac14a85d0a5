/// `DateForm`: reads dates and times written in a form such as "dd-mm-yyyy" or "mm/dd/yyyy hh:mm".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmkit::exchange::detail {

/// A form of dates, compiled; see ImportTransformKind for its letters.
class DateForm {
  public:
    /// `offset` is that of times from UTC, "+01:00"; empty for UTC. Throws validation for a form
    /// without year, month and day, with a letter twice, or with an unknown word.
    DateForm(std::string_view form, std::string_view offset);

    /// The date or time in `text` as ISO 8601: "2026-12-31", or "2026-12-31T09:30:00Z" when the
    /// form has hours and `date_only` is false. Nothing, and a reason in `why`, when it is not of
    /// the form or there is no such day or time.
    [[nodiscard]] std::optional<std::string> read(std::string_view text, bool date_only,
                                                  std::string& why) const;

  private:
    enum class Part : std::uint8_t {
        literal,
        year,
        short_year,
        month,
        month_name,
        day,
        hour,
        minute,
        second,
        half_of_day,
    };
    struct Piece {
        Part part;
        char literal;
    };
    struct Moment;

    void add_word(std::string_view word);
    [[nodiscard]] bool has(Part part) const;
    [[nodiscard]] bool read_pieces(std::string_view text, Moment& moment) const;

    std::string form_;
    std::string offset_;
    std::vector<Piece> pieces_;
};

/// What comes first where day and month could be either.
enum class DateOrder : std::uint8_t { day_first, month_first };

/// The form of the dates in a column.
struct CommonDateForm {
    /// Empty when they have none in common.
    std::string_view form{};
    /// How many of the texts have it.
    std::size_t count = 0;
};

/// The form, of those in common use, that most of these texts are written in: nine of ten at least.
CommonDateForm common_date_form(std::span<const std::string_view> texts, DateOrder order);

}  // namespace crmkit::exchange::detail
