/// `read_json`: records and other described structs from JSON, with every problem and its place.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json_scanner.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit {

/// How JSON is read.
struct JsonReadOptions {
    /// Names the entities of links. Without it, the default, links are read by number ("3/123").
    const Registry* registry = nullptr;
    /// The currency of an amount that names none. Default: none, and such an amount is refused.
    Currency default_currency{};
    /// Bytes of one object at most, 64 MiB by default; longer text is refused unread. Raise it for
    /// objects with lists of many large rows.
    std::size_t longest = std::size_t{64} << 20U;
    /// The line number of the text's first line, for problems; default 1.
    std::int64_t first_line = 1;
};

namespace detail {

/// Finds line and column of places in a text; quick when they are asked for in order.
class LineFinder {
  public:
    LineFinder(std::string_view text, std::int64_t first_line)
        : text_(text), first_line_(first_line), line_(first_line) {}

    /// Puts the place of a byte into a problem.
    void place(Problem& problem, std::size_t offset) {
        if (offset < line_start_) {
            line_ = first_line_;
            line_start_ = 0;
        }
        for (std::size_t end = text_.find('\n', line_start_); end < offset;
             end = text_.find('\n', line_start_)) {
            ++line_;
            line_start_ = end + 1;
        }
        problem.line = line_;
        problem.column = static_cast<std::int64_t>(offset - line_start_ + 1);
    }

  private:
    std::string_view text_;
    std::int64_t first_line_;
    std::int64_t line_;
    std::size_t line_start_ = 0;
};

/// The digits of a JSON number with its point moved by the exponent: "1.5e3" is "1500". Empty when
/// it is longer than any number that fits.
inline std::string without_exponent(std::string_view number) {
    constexpr int largest_exponent = 40;
    const std::size_t mark = number.find_first_of("eE");
    if (mark == std::string_view::npos || number.size() > longest_scalar) {
        return number.size() > longest_scalar ? std::string() : std::string(number);
    }
    std::string_view power = number.substr(mark + 1);
    power.remove_prefix(power.front() == '+' ? 1 : 0);
    int exponent = 0;
    const auto parsed = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (parsed.ec != std::errc{} || exponent > largest_exponent || exponent < -largest_exponent) {
        return {};
    }
    std::string_view mantissa = number.substr(0, mark);
    const bool negative = mantissa.front() == '-';
    mantissa.remove_prefix(negative ? 1 : 0);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    std::string digits(mantissa.substr(0, point));
    digits += point < mantissa.size() ? mantissa.substr(point + 1) : "";
    auto whole = static_cast<int>(point) + exponent;
    if (whole < 1) {
        digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
        whole = 1;
    }
    const auto place = static_cast<std::size_t>(whole);
    digits.append(place > digits.size() ? place - digits.size() : 0, '0');
    if (place < digits.size()) {
        digits.insert(place, 1, '.');
    }
    return (negative ? "-" : "") + digits;
}

/// Whether fields of a type are read from JSON values of a type. Numbers may be written as strings,
/// because many readers round large ones.
constexpr bool takes(FieldType field, JsonType json) {
    const bool is_text = json == JsonType::string;
    const bool is_number = json == JsonType::number;
    switch (field) {
        case FieldType::text:
        case FieldType::date:
        case FieldType::instant:
        case FieldType::enumeration:
        case FieldType::polymorphic_reference:
            return is_text;
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::reference:
            return is_text || is_number;
        case FieldType::boolean:
            return json == JsonType::boolean;
        case FieldType::money:
            return is_text || is_number || json == JsonType::object;
        case FieldType::text_list:
        case FieldType::structure_list:
            return json == JsonType::array;
        case FieldType::json:
            return true;
    }
    return false;
}

/// Reads one JSON object into a struct and collects what is wrong. Where a Target is written, it is
/// a Record or a MutableRecordView.
class JsonObjectReader {
  public:
    JsonObjectReader(std::string_view text, const JsonReadOptions& options,
                     std::vector<Problem>& problems)
        : scanner_(text),
          lines_(text, options.first_line),
          conversion_{options.registry, options.default_currency},
          problems_(&problems),
          problems_before_(problems.size()) {}

    /// ok, validation, syntax or limit.
    ErrorCode read(Record& record) {
        read_object(record);
        if (!stopped_ && !scanner_.failed()) {
            scanner_.read_end();
        }
        if (scanner_.failed()) {
            const JsonFault& fault = scanner_.fault();
            add(record.structure(), "", {},
                (fault.code == ErrorCode::syntax ? "is not JSON: " : "") +
                    std::string(fault.message),
                fault.offset);
            return fault.code;
        }
        return problems_->size() == problems_before_ ? ErrorCode::ok : ErrorCode::validation;
    }

  private:
    template <typename Target>
    bool read_object(Target& target) {
        const Structure& structure = target.structure();
        FieldSet given;
        return scanner_.read_object([&](std::string_view name, std::size_t where) {
            const Field* field = structure.find(name);
            if (field == nullptr) {
                return refuse_unknown(structure, name, where);
            }
            const std::size_t index = structure.index_of(*field);
            if (given.contains(index)) {
                return skip() && add(structure, name, {}, "stands twice in the object", where);
            }
            given.add(index);
            return read_field(target, *field);
        });
    }

    template <typename Target>
    bool read_field(Target& target, const Field& field) {
        const std::size_t where = scanner_.offset();
        const auto type = scanner_.peek();
        if (!type) {
            return false;
        }
        if (*type == JsonType::null) {
            return read_null(target, field, where);
        }
        if (!takes(field.type(), *type)) {
            return refuse_type(target.structure(), field, *type, where);
        }
        switch (field.type()) {
            case FieldType::text:
                return scanner_.read_string(text_) && store_text(target, field, where);
            case FieldType::boolean: {
                bool flag = false;
                return scanner_.read_boolean(flag) && store(target, field, ValueView(flag), where);
            }
            case FieldType::json:
                return read_embedded(target, field, where);
            case FieldType::text_list:
                return read_list(target, field, where);
            case FieldType::structure_list:
                return read_rows(target, field);
            case FieldType::integer:
            case FieldType::decimal:
            case FieldType::money:
            case FieldType::date:
            case FieldType::instant:
            case FieldType::enumeration:
            case FieldType::reference:
            case FieldType::polymorphic_reference:
                return read_scalar(target, field, *type, where);
        }
        return false;
    }

    template <typename Target>
    bool read_null(Target& target, const Field& field, std::size_t where) {
        if (!scanner_.read_null()) {
            return false;
        }
        if (!field.is_nullable()) {
            return add(target.structure(), field.name, {}, "may not be null", where);
        }
        target.set(field, {});
        return true;
    }

    template <typename Target>
    bool read_scalar(Target& target, const Field& field, JsonType type, std::size_t where) {
        std::string why;
        if (!read_scalar_text(type, why)) {
            return false;
        }
        const auto value = why.empty() ? parse_text(field, text_, why, conversion_) : std::nullopt;
        if (value && value->is_null() && !field.is_nullable()) {
            why = "may not be empty";
        }
        return why.empty() ? store(target, field, *value, where)
                           : add(target.structure(), field.name, shown(text_), why, where);
    }

    /// The text of a string, a number or an amount of money, in text_; `why` tells what is wrong.
    bool read_scalar_text(JsonType type, std::string& why) {
        if (type == JsonType::string) {
            return scanner_.read_string(text_);
        }
        return type == JsonType::number ? read_number_text(text_, why) : read_money_text(why);
    }

    bool read_number_text(std::string& out, std::string& why) {
        std::string_view digits;
        if (!scanner_.read_number(digits)) {
            return false;
        }
        out = without_exponent(digits);
        if (out.empty()) {
            out = shown(digits);
            why = "is a number that does not fit";
        }
        return true;
    }

    /// {"amount": "12.50", "currency": "EUR"} as "12.50 EUR".
    bool read_money_text(std::string& why) {
        constexpr std::string_view form = R"({"amount":"12.50","currency":"EUR"})";
        std::string amount;
        std::string currency;
        const bool read = scanner_.read_object([&](std::string_view name, std::size_t) {
            const auto type = scanner_.peek();
            if (name == "amount" && amount.empty() && type == JsonType::number) {
                return read_number_text(amount, why);
            }
            if (name == "amount" && amount.empty() && type == JsonType::string) {
                return scanner_.read_string(amount);
            }
            if (name == "currency" && currency.empty() && type == JsonType::string) {
                return scanner_.read_string(currency);
            }
            why = "is not an amount such as " + std::string(form) + ": wrong is its member '" +
                  shown(name) + "'";
            return skip();
        });
        if (amount.empty() && why.empty()) {
            why = "is not an amount such as " + std::string(form) + ": it has no amount";
        }
        if (why.empty() && !is_bare_amount(amount)) {
            why = "is not an amount such as " + std::string(form) + ": its amount is no number";
        }
        text_ = amount + (currency.empty() ? "" : " " + currency);
        return read;
    }

    template <typename Target>
    bool read_embedded(Target& target, const Field& field, std::size_t where) {
        std::string_view raw;
        if (!scanner_.skip_value(raw)) {
            return false;
        }
        if (raw.size() > longest_json) {
            return add(target.structure(), field.name, shown(raw), "is longer than 16 MiB of JSON",
                       where);
        }
        target.set(field, ValueView(raw));
        return true;
    }

    template <typename Target>
    bool read_list(Target& target, const Field& field, std::size_t where) {
        std::vector<std::string> items;
        std::string why;
        std::size_t number = 0;
        const bool read = scanner_.read_array([&] {
            ++number;
            if (scanner_.peek() == JsonType::string && items.size() <= longest_text_list) {
                return scanner_.read_string(items.emplace_back());
            }
            if (items.size() <= longest_text_list && why.empty()) {
                why = "has an item, number " + std::to_string(number) + ", that is not a text";
            }
            return skip();
        });
        if (!read) {
            return false;
        }
        return why.empty()
                   ? store(target, field, ValueView(std::span<const std::string>(items)), where)
                   : add(target.structure(), field.name, {}, std::move(why), where);
    }

    template <typename Target>
    bool read_rows(Target& target, const Field& field) {
        target.set(field, {});
        std::size_t row = 0;
        return scanner_.read_array([&] {
            const std::size_t where = scanner_.offset();
            if (const auto type = scanner_.peek(); type && *type != JsonType::object) {
                return refuse_type(target.structure(), field, *type, where);
            }
            if (++rows_ > most_rows) {
                return scanner_.fail("has more than 100000 rows in its lists", ErrorCode::limit);
            }
            const std::size_t first = problems_->size();
            MutableRecordView object(field.native->row_structure(),
                                     field.native->add_row(field.member(target.object())));
            const bool read = read_object(object);
            move_to_row(*problems_, first, target.structure(), field, row++);
            return read;
        });
    }

    /// What is in text_; with a format as it will be stored, so that it is not refused before.
    template <typename Target>
    bool store_text(Target& target, const Field& field, std::size_t where) {
        if (field.format != TextFormat::plain) {
            text_ = tidy_text(field, text_);
        }
        return store(target, field, ValueView(std::string_view(text_)), where);
    }

    template <typename Target>
    bool store(Target& target, const Field& field, const ValueView& value, std::size_t where) {
        if (check_value(target.structure(), field, value, *problems_)) {
            target.set(field, value);
            return true;
        }
        lines_.place(problems_->back(), where);
        return may_go_on(target.structure());
    }

    bool refuse_unknown(const Structure& structure, std::string_view name, std::size_t where) {
        const Error error = unknown_field(structure, name);
        const Problem& problem = error.problems().front();
        std::string_view raw;
        return scanner_.skip_value(raw) &&
               add(structure, problem.field, shown(raw), problem.message, where);
    }

    bool refuse_type(const Structure& structure, const Field& field, JsonType type,
                     std::size_t where) {
        std::string_view raw;
        return scanner_.skip_value(raw) &&
               add(structure, field.name, shown(raw),
                   "is a JSON " + std::string(to_string(type)) + ", which a field of type " +
                       std::string(to_string(field.type())) + " does not take",
                   where);
    }

    bool skip() {
        std::string_view raw;
        return scanner_.skip_value(raw);
    }

    /// Adds a problem. False when there are enough, so that a hostile text cannot make millions.
    bool add(const Structure& structure, std::string_view field, std::string value,
             std::string message, std::size_t where) {
        problems_->push_back({std::string(structure.name), std::string(field), std::move(value),
                              std::move(message)});
        lines_.place(problems_->back(), where);
        return may_go_on(structure);
    }

    bool may_go_on(const Structure& structure) {
        if (problems_->size() - problems_before_ >= most_problems && !stopped_) {
            stopped_ = true;
            problems_->push_back({std::string(structure.name),
                                  {},
                                  {},
                                  "there may be more problems: only the first 100 are listed"});
        }
        return !stopped_;
    }

    JsonScanner scanner_;
    LineFinder lines_;
    ConversionOptions conversion_;
    std::vector<Problem>* problems_;
    std::size_t problems_before_;
    std::string text_{};  ///< of the value being read
    std::size_t rows_ = 0;
    bool stopped_ = false;
};

/// A byte order mark may stand before the text (RFC 8259, section 8.1, allows to ignore it).
constexpr std::string_view without_byte_order_mark(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// Reads into a new record.
inline ErrorCode read_new(Record& record, std::string_view text, std::vector<Problem>& problems,
                          const JsonReadOptions& options) {
    if (text.size() > options.longest) {
        problems.push_back(
            {std::string(record.structure().name),
             {},
             {},
             "is longer than " + std::to_string(options.longest) + " bytes of JSON"});
        return ErrorCode::limit;
    }
    return JsonObjectReader(without_byte_order_mark(text), options, problems).read(record);
}

/// Writes the fields that were set in `from` into `to`, a record of the same structure.
inline void copy_touched(Record& to, const Record& from) {
    const Structure& structure = from.structure();
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        const Field& field = structure.fields[i];
        if (!from.touched().contains(i)) {
            continue;
        }
        to.set(field, from.get(field));
        if (field.type() == FieldType::structure_list) {
            field.native->copy(field.member(to.object()), field.member(from.object()));
        }
    }
}

}  // namespace detail

/// Reads a JSON object into the fields of `record` that it names; the others stay as they are. What
/// append_json() writes is read as it was; beyond that, numbers may be strings, amounts of money
/// "1200000.00 EUR", and null empties a field.
///
/// Returns ok; validation when fields are unknown, stand twice, or have values of a wrong type, out
/// of range or otherwise refused by check_value(); syntax when the text is not JSON; limit when it
/// is longer, deeper or has more rows than allowed. Then every problem (the first 100) is added
/// with line and column, and the record is unchanged. Required fields are not asked for.
inline ErrorCode try_read_json(Record& record, std::string_view text,
                               std::vector<Problem>& problems,
                               const JsonReadOptions& options = {}) {
    Record given(record.structure());
    const ErrorCode code = detail::read_new(given, text, problems, options);
    if (code == ErrorCode::ok) {
        detail::copy_touched(record, given);
    }
    return code;
}

/// try_read_json() that throws Error(validation, syntax or limit) with all problems.
inline void read_json(Record& record, std::string_view text, const JsonReadOptions& options = {}) {
    std::vector<Problem> problems;
    const ErrorCode code = try_read_json(record, text, problems, options);
    if (code != ErrorCode::ok) {
        throw Error::about(code, std::move(problems));
    }
}

/// A new record of a structure from JSON; its touched() fields are those that the text names.
/// Throws as read_json() does.
inline Record record_from_json(const Structure& structure, std::string_view text,
                               const JsonReadOptions& options = {}) {
    Record record(structure);
    std::vector<Problem> problems;
    const ErrorCode code = detail::read_new(record, text, problems, options);
    if (code != ErrorCode::ok) {
        throw Error::about(code, std::move(problems));
    }
    return record;
}

/// A described struct from JSON. Throws as read_json() does.
template <DescribedStruct T>
T from_json(std::string_view text, const JsonReadOptions& options = {}) {
    if constexpr (RecordType<T>) {
        return std::move(record_from_json(entity_of<T>(), text, options).template as<T>());
    } else {
        return std::move(record_from_json(structure_of<T>(), text, options).template as<T>());
    }
}

/// Reads JSON Lines (one object on each line) from a text that is borrowed. Lines that are empty or
/// white space are passed over. Belongs to one thread at a time.
class JsonLinesReader {
  public:
    JsonLinesReader(const Structure& structure, std::string_view text,
                    const JsonReadOptions& options = {})
        : rest_(detail::without_byte_order_mark(text)), options_(options), record_(structure) {
        --options_.first_line;  // next() counts up first
    }

    /// Reads the next object; false when there is none. Look at code() then.
    bool next() {
        while (!rest_.empty()) {
            const std::size_t end = std::min(rest_.find('\n'), rest_.size());
            const std::string_view line = rest_.substr(0, end);
            rest_.remove_prefix(std::min(end + 1, rest_.size()));
            ++options_.first_line;
            if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
                problems_.clear();
                record_ = Record(record_.structure());
                code_ = detail::read_new(record_, line, problems_, options_);
                return true;
            }
        }
        return false;
    }

    /// ok, validation, syntax or limit, of the line that next() read; see try_read_json().
    [[nodiscard]] ErrorCode code() const { return code_; }
    /// Its number in the text.
    [[nodiscard]] std::int64_t line() const { return options_.first_line; }
    /// Meaningful when code() is ok; may be moved from.
    [[nodiscard]] Record& record() { return record_; }
    /// What is wrong with the line, with line and column.
    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

  private:
    std::string_view rest_;
    JsonReadOptions options_;
    Record record_;
    ErrorCode code_ = ErrorCode::ok;
    std::vector<Problem> problems_{};
};

}  // namespace crmkit
