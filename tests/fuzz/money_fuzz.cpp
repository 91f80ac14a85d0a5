/// Amounts and decimals: what is written reads back the same, and sums do not overflow.
#include "crmkit/base/money.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::is_accepted;
using fuzz::require;

namespace {

void check_decimal(Decimal number) {
    require(Decimal::parse(to_string(number)) == number, "a decimal reads back");
}

void check_money(const Money& money) {
    require(Money::parse(to_string(money)) == money, "an amount reads back");
    require(Money::of(decimal_text(money), money.currency) == money, "its digits read back");
    Money sum;
    if (is_accepted([&] { sum = money + money; })) {
        require(sum - money == money, "what was added can be taken away");
    }
    for (const std::int64_t weight : {0, 1, 3, 7}) {
        const std::int64_t weights[] = {weight, 2, 5};
        Money total = Money::of_minor(0, money.currency);
        if (is_accepted([&] {
                for (const Money& part : allocate(money, weights)) {
                    total += part;
                }
            })) {
            require(total == money, "the parts of an amount are the amount");
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::string_view text = input.rest();
    if (const auto number = Decimal::parse(text)) {
        check_decimal(*number);
    }
    Money money;
    if (is_accepted([&] { money = Money::parse(text); })) {
        check_money(money);
    }
    const std::size_t digits = text.size() < 3 ? 0 : text.size() - 3;
    if (is_accepted([&] { money = Money::of(text.substr(0, digits), text.substr(digits)); })) {
        check_money(money);
    }
    const auto any = static_cast<std::int64_t>(input.number(8));
    check_decimal(Decimal{any});
    check_money(Money::of_minor(any, Currency::of(any % 2 == 0 ? "EUR" : "JPY")));
    return 0;
}
