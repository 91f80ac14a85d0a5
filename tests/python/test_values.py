"""Money and Link."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import pytest

import crmkit
from crmkit import Account, Link, Money


def eur(amount: str | int) -> Money:
    return Money(amount, "EUR")


@pytest.mark.parametrize("amount", ["1200000.00", 1200000, Decimal("1200000"), Decimal("1.2E+6")])
def test_money_is_exact(amount: str | int | Decimal) -> None:
    money = Money(amount, "EUR")
    assert money.amount == Decimal("1200000.00")
    assert (money.currency, money.minor_units) == ("EUR", 120000000)
    assert str(money) == "1200000.00 EUR"
    assert repr(money) == "Money('1200000.00', 'EUR')"
    assert money == Money.parse("EUR 1200000") == eval(repr(money))


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (1.5, "EUR"),
        (None, "EUR"),
        ("1.005", "EUR"),
        ("1.5", "JPY"),
        ("many", "EUR"),
        (5, "EURO"),
        (5, "XXZ"),
        (Decimal("NaN"), "EUR"),
        (Decimal("sNaN123"), "EUR"),
        (Decimal("Infinity"), "EUR"),
        (True, "EUR"),
    ],
)
def test_what_is_no_money_is_refused(amount: object, currency: str) -> None:
    with pytest.raises(crmkit.ValidationError):
        Money(amount, currency)  # type: ignore[arg-type]


def test_too_much_money_is_refused() -> None:
    largest = eur("92233720368547758.07")
    with pytest.raises(crmkit.LimitExceeded):
        largest + eur("0.01")
    with pytest.raises(crmkit.Error):
        Money(10**30, "EUR")


def test_arithmetic_stays_in_one_currency() -> None:
    assert eur(5) + eur("0.50") == eur("5.50")
    assert eur(5) - eur(7) == eur(-2) == -eur(2)
    assert abs(eur(-2)) == +eur(2)
    assert eur("0.05") * Decimal("0.5") == eur("0.02")  # half to even
    assert 3 * eur("0.15") == eur("0.45")
    assert sum([eur(1), eur(2)]) == eur(3)
    assert eur(1) < eur(2) <= eur(2) < max(eur(3), eur(1))
    assert bool(eur(1))
    assert not eur(0)
    assert eur(1) != Money(1, "USD")
    for wrong in (lambda: eur(1) + Money(1, "USD"), lambda: eur(1) < Money(1, "USD")):
        with pytest.raises(crmkit.ValidationError, match="EUR and USD"):
            wrong()
    for mistyped in (lambda: eur(1) + 1, lambda: eur(1) * 1.5, lambda: eur(1) * eur(1)):  # type: ignore[operator]
        with pytest.raises(TypeError):
            mistyped()


def test_money_is_divided_without_loss() -> None:
    assert eur("0.05").allocate([1, 1]) == [eur("0.03"), eur("0.02")]
    assert sum(eur(100).allocate([1, 1, 1])) == eur(100)
    with pytest.raises(crmkit.ValidationError):
        eur(1).allocate([0])
    assert eur(10).converted("JPY", Decimal("162.5")) == Money(1625, "JPY")


def test_money_is_formatted_as_its_amount() -> None:
    assert f"{eur('1234567.5'):,.2f}" == "1,234,567.50 EUR"
    assert f"{eur(5)}" == "5.00 EUR"


def test_money_and_links_are_values() -> None:
    for value in (eur(5), Link("account", 7)):
        assert copy.deepcopy(value) == value
        assert pickle.loads(pickle.dumps(value)) == value
        assert len({value, copy.copy(value)}) == 1
    with pytest.raises(AttributeError):
        eur(5).currency = "USD"  # type: ignore[misc]


def test_links(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    link = Link.to(acme)
    assert link == Link("account", acme.id) == Link(Account, acme)
    assert (link.entity, link.id) == ("account", acme.id)
    assert repr(link) == f"Link('account', {acme.id})"
    assert str(link) == f"account/{acme.id}"
    assert me.get(link) == acme
    with pytest.raises(crmkit.NotFound, match="nearest is 'account'"):
        Link("acount", 5)
    for wrong in (0, -5):
        with pytest.raises(crmkit.ValidationError):
            Link("account", wrong)
    with pytest.raises(crmkit.ValidationError, match="stored"):
        Link.to(Account(name="x"))
    with pytest.raises(crmkit.ValidationError):
        Link("contact", acme)
