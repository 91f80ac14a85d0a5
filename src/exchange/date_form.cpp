#include "date_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common_form.hpp"
#include "crmkit/base/date.hpp"
#include "crmkit/base/error.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit::exchange::detail {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
    const char lower = crmkit::detail::ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

/// Takes one to `most` digits off the front; -1 when there is none.
int take_number(std::string_view& text, std::size_t most) {
    int number = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() && is_digit(text[count])) {
        number = number * 10 + (text[count] - '0');
        ++count;
    }
    text.remove_prefix(count);
    return count == 0 ? -1 : number;
}

/// The months in folded English, French, German and Spanish.
constexpr std::array<std::array<std::string_view, 4>, 12> months{{
    {"january", "janvier", "januar", "enero"},
    {"february", "fevrier", "februar", "febrero"},
    {"march", "mars", "marz", "marzo"},
    {"april", "avril", "april", "abril"},
    {"may", "mai", "mai", "mayo"},
    {"june", "juin", "juni", "junio"},
    {"july", "juillet", "juli", "julio"},
    {"august", "aout", "august", "agosto"},
    {"september", "septembre", "september", "septiembre"},
    {"october", "octobre", "oktober", "octubre"},
    {"november", "novembre", "november", "noviembre"},
    {"december", "decembre", "dezember", "diciembre"},
}};

/// The month that a name, or the beginning of at least three letters of one, means; -1 for none or
/// several.
int month_named(std::string_view word) {
    constexpr std::size_t shortest = 3;
    const std::string name = fold(word);
    int found = -1;
    for (std::size_t month = 0; month < months.size() && name.size() >= shortest; ++month) {
        const bool fits = std::any_of(
            months[month].begin(), months[month].end(),
            [&name](std::string_view full) { return full.substr(0, name.size()) == name; });
        if (fits && found >= 0) {
            return -1;
        }
        found = fits ? static_cast<int>(month) + 1 : found;
    }
    return found;
}

/// Takes letters, also beyond ASCII, and a closing point off the front.
std::string_view take_word(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() &&
           (is_letter(text[size]) || static_cast<unsigned char>(text[size]) >= 0x80)) {
        ++size;
    }
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(size < text.size() && text[size] == '.' ? size + 1 : size);
    return word;
}

[[noreturn]] void fail_form(std::string_view form, std::string_view why) {
    throw Error(ErrorCode::validation,
                fmt::format("the form of dates '{}' {}; write it as in dd-mm-yyyy or "
                            "mm/dd/yyyy hh:mm",
                            shortened(form), why));
}

}  // namespace

struct DateForm::Moment {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    /// 0 for none, 1 for am, 2 for pm.
    int half = 0;

    /// False when the clock has no such time.
    bool settle_hour() {
        if (half != 0) {
            if (hour < 1 || hour > 12) {
                return false;
            }
            hour = hour % 12 + (half == 2 ? 12 : 0);
        }
        return hour <= 23 && minute <= 59 && second <= 59;
    }
};

DateForm::DateForm(std::string_view form, std::string_view offset)
    : form_(form), offset_(offset.empty() ? "Z" : offset) {
    for (std::size_t at = 0; at < form.size();) {
        if (!is_letter(form[at])) {
            pieces_.push_back({Part::literal, form[at++]});
            continue;
        }
        std::size_t end = at + 1;
        while (end < form.size() && form[end] == form[at]) {
            ++end;
        }
        if (crmkit::detail::ascii_lower(form[at]) == 'a' && end < form.size() &&
            crmkit::detail::ascii_lower(form[end]) == 'm') {
            ++end;
        }
        // The T between the date and the time of ISO 8601.
        if (form.substr(at, end - at) == "T") {
            pieces_.push_back({Part::literal, 'T'});
        } else {
            add_word(form.substr(at, end - at));
        }
        at = end;
    }
    const bool has_day = has(Part::day) && (has(Part::month) || has(Part::month_name)) &&
                         (has(Part::year) || has(Part::short_year));
    if (!has_day) {
        fail_form(form_, "lacks a year, a month or a day");
    }
    if (!Instant::parse("2000-01-01T00:00:00" + offset_)) {
        fail_form(form_, "goes with an offset from UTC that is none, such as +01:00");
    }
}

bool DateForm::has(Part part) const {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [part](const Piece& piece) { return piece.part == part; });
}

void DateForm::add_word(std::string_view word) {
    struct Known {
        std::string_view word;
        Part part;
    };
    static constexpr std::array known{
        Known{"yyyy", Part::year},       Known{"yy", Part::short_year},
        Known{"mmmm", Part::month_name}, Known{"mmm", Part::month_name},
        Known{"mm", Part::month},        Known{"m", Part::month},
        Known{"dd", Part::day},          Known{"d", Part::day},
        Known{"hh", Part::hour},         Known{"h", Part::hour},
        Known{"ss", Part::second},       Known{"s", Part::second},
        Known{"am", Part::half_of_day},
    };
    const std::string lower = fold(word);
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&lower](const Known& one) { return one.word == lower; });
    if (found == known.end()) {
        fail_form(form_, fmt::format("has an unknown part '{}'", shortened(word)));
    }
    Part part = found->part;
    if (part == Part::month && has(Part::hour) && !has(Part::minute)) {
        part = Part::minute;
    }
    if (has(part)) {
        fail_form(form_, fmt::format("has '{}' twice", shortened(word)));
    }
    pieces_.push_back({part, '\0'});
}

bool DateForm::read_pieces(std::string_view text, Moment& moment) const {
    // Where one part follows the other without a character between, each has its full width.
    const auto is_open = [this](std::size_t at) {
        return at + 1 < pieces_.size() && pieces_[at + 1].part != Part::literal;
    };
    const auto take = [&text](int& into, std::size_t digits) {
        into = take_number(text, digits);
        return into >= 0;
    };
    for (std::size_t at = 0; at < pieces_.size(); ++at) {
        const std::size_t before = text.size();
        bool ok = false;
        switch (pieces_[at].part) {
            case Part::literal:
                ok = !text.empty() && text.front() == pieces_[at].literal;
                text.remove_prefix(ok ? 1 : 0);
                break;
            case Part::year:
                ok = take(moment.year, 4) && before - text.size() == 4;
                break;
            case Part::short_year:
                ok = take(moment.year, 2) && before - text.size() == 2;
                // As strptime() has it (POSIX): 69 to 99 are 1969 to 1999.
                moment.year += moment.year >= 69 ? 1900 : 2000;
                break;
            case Part::month:
                ok = take(moment.month, 2);
                break;
            case Part::month_name:
                moment.month = month_named(take_word(text));
                ok = moment.month > 0;
                break;
            case Part::day:
                ok = take(moment.day, 2);
                break;
            case Part::hour:
                ok = take(moment.hour, 2);
                break;
            case Part::minute:
                ok = take(moment.minute, 2);
                break;
            case Part::second:
                ok = take(moment.second, 2);
                break;
            case Part::half_of_day: {
                const std::string half = fold(take_word(text));
                moment.half = half == "am" || half == "a" ? 1 : half == "pm" || half == "p" ? 2 : 0;
                ok = moment.half != 0;
                break;
            }
        }
        const bool is_two_digits =
            pieces_[at].part != Part::literal && pieces_[at].part != Part::year &&
            pieces_[at].part != Part::month_name && pieces_[at].part != Part::half_of_day;
        const bool is_next_number = is_open(at) && pieces_[at + 1].part != Part::month_name &&
                                    pieces_[at + 1].part != Part::half_of_day;
        if (!ok || (is_two_digits && is_next_number && before - text.size() != 2)) {
            return false;
        }
    }
    return text.empty();
}

std::optional<std::string> DateForm::read(std::string_view text, bool date_only,
                                          std::string& why) const {
    Moment moment;
    if (!read_pieces(text, moment)) {
        why = fmt::format("is not of the form {}", form_);
        return std::nullopt;
    }
    const std::string date =
        fmt::format("{:04}-{:02}-{:02}", moment.year, moment.month, moment.day);
    if (!Date::parse(date) || !moment.settle_hour()) {
        why = fmt::format("is of the form {}, but there is no such day or time", form_);
        return std::nullopt;
    }
    if (date_only || !has(Part::hour)) {
        return date;
    }
    return fmt::format("{}T{:02}:{:02}:{:02}{}", date, moment.hour, moment.minute, moment.second,
                       offset_);
}

CommonDateForm common_date_form(std::span<const std::string_view> texts, DateOrder order) {
    static constexpr std::array<std::string_view, 28> forms{
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm",
        "yyyy-mm-dd hh:mm:ss",
        "dd.mm.yyyy",
        "dd.mm.yyyy hh:mm",
        "dd.mm.yyyy hh:mm:ss",
        "dd/mm/yyyy",
        "dd/mm/yyyy hh:mm",
        "dd/mm/yyyy hh:mm:ss",
        "mm/dd/yyyy",
        "mm/dd/yyyy hh:mm",
        "mm/dd/yyyy hh:mm:ss",
        "mm/dd/yyyy hh:mm am",
        "dd-mm-yyyy",
        "dd-mm-yyyy hh:mm",
        "dd-mm-yyyy hh:mm:ss",
        "mm-dd-yyyy",
        "yyyy/mm/dd",
        "yyyymmdd",
        "dd.mm.yy",
        "dd/mm/yy",
        "mm/dd/yy",
        "dd mmm yyyy",
        "dd-mmm-yyyy",
        "mmm dd, yyyy",
        "dd. mmm yyyy",
        "dd-mmm-yy",
        "yyyy-mm-ddThh:mm:ss",
    };
    CommonDateForm best;
    bool is_first_choice = false;
    for (const std::string_view form : forms) {
        const DateForm reader(form, {});
        std::string why;
        const std::size_t count = count_in_form(texts, [&](std::string_view text) {
            return reader.read(text, false, why).has_value();
        });
        const bool is_in_order = order == DateOrder::day_first || form.starts_with("mm");
        const bool decides_tie = count > 0 && is_in_order && !is_first_choice;
        if (count > best.count || (count == best.count && decides_tie)) {
            best = {form, count};
            is_first_choice = is_in_order;
        }
    }
    return best;
}

}  // namespace crmkit::exchange::detail
