#include "arrow_column.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace crmkit::exchange::detail {

namespace {

/// The decimals of money amounts: those of the currency that has the most.
constexpr int amount_decimals = 4;
static_assert(std::all_of(currencies.begin(), currencies.end(), [](const CurrencyInfo& currency) {
    return currency.exponent <= amount_decimals;
}));

template <typename Number>
void append_number(ArrowBytes& bytes, Number number) {
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof(Number));
    std::memcpy(bytes.data() + at, &number, sizeof(Number));
}

ArrowKind kind_of(FieldType type) {
    switch (type) {
        case FieldType::text:
        case FieldType::json:
            return ArrowKind::text;
        case FieldType::integer:
        case FieldType::instant:
        case FieldType::reference:
        case FieldType::polymorphic_reference:
            return ArrowKind::number;
        case FieldType::decimal:
            return ArrowKind::decimal;
        case FieldType::boolean:
            return ArrowKind::boolean;
        case FieldType::money:
            return ArrowKind::money_amount;
        case FieldType::date:
            return ArrowKind::date;
        case FieldType::enumeration:
            return ArrowKind::label;
        case FieldType::text_list:
            return ArrowKind::text_list;
        case FieldType::structure_list:
            break;
    }
    throw Error(ErrorCode::internal, "a list of rows is no field of a stored record");
}

/// Arrow's name of a type.
const char* format_of(ArrowKind kind, FieldType type) {
    switch (kind) {
        case ArrowKind::number:
            return type == FieldType::instant ? "tsu:UTC" : "l";
        case ArrowKind::date:
            return "tdD";
        case ArrowKind::decimal:
            return "d:19,9";
        case ArrowKind::money_amount:
            return "d:23,4";
        case ArrowKind::boolean:
            return "b";
        case ArrowKind::money_code:
        case ArrowKind::text:
            return "u";
        case ArrowKind::label:
        case ArrowKind::linked_entity:
            return "s";
        case ArrowKind::text_list:
            return "+l";
    }
    return "";
}

void fill_dictionary(ArrowArray& out, const std::vector<std::string>& labels) {
    ArrowTexts texts;
    for (const std::string& label : labels) {
        texts.add(label);
    }
    ArrowValues values{texts.count(), 0, {}};
    values.buffers.emplace_back();
    texts.take(values.buffers);
    fill_array(out, std::move(values));
}

}  // namespace

ArrowBytes ArrowBits::take() {
    count_ = 0;
    return std::exchange(bytes_, {});
}

void ArrowTexts::add(std::string_view text) {
    if (count_ == 0) {
        append_number(ends_, std::int32_t{0});
    }
    const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
    bytes_.insert(bytes_.end(), begin, begin + text.size());
    append_number(ends_, static_cast<std::int32_t>(bytes_.size()));
    ++count_;
}

void ArrowTexts::take(std::vector<ArrowBytes>& out) {
    if (count_ == 0) {
        append_number(ends_, std::int32_t{0});
    }
    count_ = 0;
    out.push_back(std::exchange(ends_, {}));
    out.push_back(std::exchange(bytes_, {}));
}

ArrowColumn::ArrowColumn(const Entity& entity, const Field& field, ArrowKind kind,
                         std::string_view suffix)
    : entity_(entity.name),
      name_(std::string(field.name) + std::string(suffix)),
      field_(entity.index_of(field)),
      kind_(kind),
      type_(field.type()),
      is_nullable_(field.is_nullable() && field.id != header::id) {}

void ArrowColumn::add(std::vector<ArrowColumn>& columns, const Entity& entity, const Field& field,
                      const Registry& registry) {
    const FieldType type = field.type();
    columns.push_back(ArrowColumn(entity, field, kind_of(type), ""));
    if (type == FieldType::enumeration) {
        columns.back().labels_.assign(field.native->labels.begin(), field.native->labels.end());
    } else if (type == FieldType::money) {
        columns.push_back(
            ArrowColumn(entity, field, ArrowKind::money_code, second_column_suffix(type)));
    } else if (type == FieldType::polymorphic_reference) {
        columns.push_back(
            ArrowColumn(entity, field, ArrowKind::linked_entity, second_column_suffix(type)));
        for (const Entity* target : registry.targets(field)) {
            columns.back().labels_.emplace_back(target->name);
            columns.back().entities_.push_back(target->number);
        }
    }
}

void ArrowColumn::describe(ArrowSchema& out) const {
    ArrowFamily<ArrowSchema> family(kind_ == ArrowKind::text_list ? 1 : 0);
    if (kind_ == ArrowKind::text_list) {
        fill_schema(family.child(0), "u", "item", false);
    } else if (!labels_.empty()) {
        fill_schema(family.add_dictionary(), "u", "", false);
    }
    fill_schema(out, format_of(kind_, type_), name_, is_nullable_, std::move(family));
}

void ArrowColumn::append(const ValueView& value) {
    // A member that always has a value has its first one where the store has none.
    const bool is_null = value.is_null() && is_nullable_;
    validity_.add(!is_null);
    null_count_ += is_null ? 1 : 0;
    ++length_;
    if (value.is_null()) {
        append_missing();
    } else {
        append_present(value);
    }
}

template <typename Number>
void ArrowColumn::put(Number number) {
    append_number(values_, number);
}

/// Two words in the byte order of the machine.
void ArrowColumn::put_wide(int128 number) {
    constexpr std::int64_t half = std::int64_t{1} << 32U;
    const auto low = static_cast<std::uint64_t>(number);
    const auto high =
        static_cast<std::uint64_t>((number - int128(low)) / (int128(half) * int128(half)));
    constexpr bool is_low_first = std::endian::native == std::endian::little;
    put(is_low_first ? low : high);
    put(is_low_first ? high : low);
}

void ArrowColumn::append_present(const ValueView& value) {
    switch (kind_) {
        case ArrowKind::number:
            put(value.integer());
            return;
        case ArrowKind::date:
            put(value.date().days);
            return;
        case ArrowKind::decimal:
            put_wide(int128(value.decimal().billionths));
            return;
        case ArrowKind::money_amount: {
            const Money money = value.money();
            std::int64_t scale = 1;
            for (int i = money.currency.exponent(); i < amount_decimals; ++i) {
                scale *= 10;
            }
            put_wide(int128(money.minor_units) * int128(scale));
            return;
        }
        case ArrowKind::money_code: {
            const Currency currency = value.money().currency;
            texts_.add(currency.code());
            return;
        }
        case ArrowKind::boolean:
            bits_.add(value.boolean());
            return;
        case ArrowKind::text:
            texts_.add(value.text());
            return;
        case ArrowKind::label:
            append_label(value.text());
            return;
        case ArrowKind::linked_entity:
            append_entity(value.link().entity);
            return;
        case ArrowKind::text_list:
            append_list(value.list());
            return;
    }
}

void ArrowColumn::append_missing() {
    switch (kind_) {
        case ArrowKind::number:
            put(std::int64_t{0});
            return;
        case ArrowKind::date:
            put(std::int32_t{0});
            return;
        case ArrowKind::decimal:
        case ArrowKind::money_amount:
            put_wide(int128(0));
            return;
        case ArrowKind::boolean:
            bits_.add(false);
            return;
        case ArrowKind::money_code:
        case ArrowKind::text:
            texts_.add({});
            return;
        case ArrowKind::label:
        case ArrowKind::linked_entity:
            put(std::int16_t{0});
            return;
        case ArrowKind::text_list:
            append_list({});
            return;
    }
}

void ArrowColumn::append_label(std::string_view label) {
    const auto found = std::find(labels_.begin(), labels_.end(), label);
    if (found == labels_.end()) {
        refuse(label);
    }
    put(static_cast<std::int16_t>(found - labels_.begin()));
}

void ArrowColumn::append_entity(EntityNumber number) {
    const auto found = std::find(entities_.begin(), entities_.end(), number);
    if (found == entities_.end()) {
        refuse(std::to_string(number));
    }
    put(static_cast<std::int16_t>(found - entities_.begin()));
}

void ArrowColumn::append_list(std::span<const std::string> list) {
    if (values_.empty()) {
        put(std::int32_t{0});
    }
    for (const std::string& item : list) {
        texts_.add(item);
    }
    put(texts_.count());
}

void ArrowColumn::refuse(std::string_view value) const {
    throw Error::about(ErrorCode::corrupt, Problem{entity_, name_, shortened(value),
                                                   "is stored, but is none of its values"});
}

void ArrowColumn::take(ArrowArray& out) {
    ArrowFamily<ArrowArray> family(kind_ == ArrowKind::text_list ? 1 : 0);
    if (kind_ == ArrowKind::text_list) {
        ArrowValues items{texts_.count(), 0, {}};
        items.buffers.emplace_back();
        texts_.take(items.buffers);
        fill_array(family.child(0), std::move(items));
    } else if (!labels_.empty()) {
        fill_dictionary(family.add_dictionary(), labels_);
    }
    ArrowValues values{std::exchange(length_, 0), std::exchange(null_count_, 0), {}};
    values.buffers.push_back(validity_.take());
    take_values(values.buffers);
    fill_array(out, std::move(values), std::move(family));
}

void ArrowColumn::take_values(std::vector<ArrowBytes>& buffers) {
    switch (kind_) {
        case ArrowKind::text:
        case ArrowKind::money_code:
            texts_.take(buffers);
            return;
        case ArrowKind::boolean:
            buffers.push_back(bits_.take());
            return;
        case ArrowKind::number:
        case ArrowKind::date:
        case ArrowKind::decimal:
        case ArrowKind::money_amount:
        case ArrowKind::label:
        case ArrowKind::linked_entity:
        case ArrowKind::text_list:
            buffers.push_back(std::exchange(values_, {}));
            return;
    }
}

}  // namespace crmkit::exchange::detail
