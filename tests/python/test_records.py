"""Records: classes made from the declarations, with real attributes."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

import crmkit
from crmkit import Account, Contact, Interaction, Link, Money, Opportunity


class LoudAccount(Account):
    """A subclass of a host, with state of its own."""

    def __init__(self, name: str, volume: int) -> None:
        super().__init__(name=name)
        self.volume = volume

    def shout(self) -> str:
        return f"{self.name}!" * self.volume


def test_every_entity_has_a_class_and_a_table(crm: crmkit.Crm) -> None:
    description = json.loads(crmkit._crmkit.describe_all())
    for entity in description["entities"]:
        table = getattr(crm, entity["plural"])
        assert isinstance(table, crmkit.Table)
        made = next(c for c in crmkit.Record.__subclasses__() if c.__entity__ == entity["name"])
        assert list(made.fields) == [field["name"] for field in entity["fields"]]
        assert entity["help"] in (made.__doc__ or "")
        for field in entity["fields"]:
            assert getattr(made, field["name"]).__doc__ == field["help"]


def test_fields_describe_themselves() -> None:
    name = Account.fields["name"]
    assert (name.type, name.required, name.max_length) == ("text", True, 255)
    assert Account.fields["rating"].labels == ("hot", "warm", "cold")
    assert Opportunity.fields["account"].targets == ("account",)
    assert Account(name="x").fields is Account.fields
    with pytest.raises(TypeError):
        Account.fields["name"] = name  # type: ignore[index]


def test_values_of_every_type_come_back_as_they_were() -> None:
    deal = Opportunity(
        name="Mühle 磨",
        amount=Money("1200000.00", "EUR"),
        close_date=date(2026, 12, 31),
        probability=40,
        is_on_hold=True,
        forecast_category="pipeline",
        competitors=["a;b", "ü"],
        account=5,
    )
    assert deal.name == "Mühle 磨"
    assert deal.amount == Money("1200000.00", "EUR")
    assert deal.close_date == date(2026, 12, 31)
    assert deal.probability == 40
    assert deal.is_on_hold is True
    assert deal.forecast_category == "pipeline"
    assert deal.competitors == ["a;b", "ü"]
    assert deal.account == 5
    line = crmkit.OpportunityLine(quantity=Decimal("0.125"))
    assert line.quantity == Decimal("0.125")
    moment = datetime(2026, 11, 21, 9, 30, 0, 123456, timezone(timedelta(hours=5, minutes=30)))
    call = Interaction(subject="x", scheduled_start=moment)
    assert call.scheduled_start == moment
    assert call.scheduled_start is not None
    assert call.scheduled_start.tzinfo is timezone.utc


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=timezone.utc),
        datetime(1969, 12, 31, 23, 59, 59, 999999, timezone.utc),
        datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc),
    ],
)
def test_instants_and_dates_at_the_ends_of_time(moment: datetime) -> None:
    assert Interaction(scheduled_start=moment).scheduled_start == moment
    assert Opportunity(close_date=moment.date()).close_date == moment.date()


def test_empty_is_none_or_an_empty_list() -> None:
    account = Account()
    assert account.industry is None
    assert account.annual_revenue is None
    assert account.parent_account is None
    assert account.owner is None
    assert account.do_not_call is False
    assert account.id == 0
    assert Opportunity().competitors == []
    account.industry = "steel"
    account.industry = ""
    assert account.industry is None


def test_what_nothing_is_lost_by_is_converted() -> None:
    values: dict[str, Any] = {"close_date": "2026-12-31", "amount": "5.50 EUR", "probability": "40"}
    deal = Opportunity(name="x", **values)
    assert (deal.close_date, deal.amount, deal.probability) == (
        date(2026, 12, 31),
        Money("5.50", "EUR"),
        40,
    )
    line = crmkit.OpportunityLine(quantity=3)  # type: ignore[arg-type]
    assert line.quantity == Decimal(3)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", 5, "text"),
        ("name", b"x", "bytes"),
        ("name", "\ud800", "surrogate"),
        ("number_of_employees", 1.5, "float"),
        ("number_of_employees", True, "bool"),
        ("number_of_employees", 2**63, "64 bits"),
        ("number_of_employees", "many", "whole number"),
        ("annual_revenue", 1.5, "float"),
        ("annual_revenue", 5, "currency"),
        ("annual_revenue", date(2026, 1, 1), "date"),
        ("rating", "hott", "hot"),
        ("rating", 3, "enumeration"),
        ("do_not_call", None, "empty"),
        ("do_not_call", "perhaps", "true"),
        ("parent_account", -1, "id"),
        ("parent_account", Link("contact", 5), "contact"),
        ("owner", 5, "Link"),
        ("owner", Link("account", 5), "account"),
        ("name", object(), "object"),
        ("email_normal", "x", "other fields"),
        ("created_at", datetime.now(timezone.utc), "library"),
        ("id", 5, "library"),
    ],
)
def test_a_wrong_value_is_refused_by_name(field: str, value: Any, message: str) -> None:
    account = Account(name="x")
    with pytest.raises(crmkit.ValidationError, match=message) as raised:
        setattr(account, field, value)
    assert [problem.field for problem in raised.value.problems] == [field]
    assert raised.value.problems[0].entity == "account"
    with pytest.raises(crmkit.ValidationError):
        Account(**{field: value})
    assert account == Account(name="x")


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(crmkit.ValidationError, match="time zone"):
        Interaction(scheduled_start=datetime(2026, 1, 1))
    with pytest.raises(crmkit.ValidationError, match="scheduled_start"):
        Interaction(scheduled_start=date(2026, 1, 1))  # type: ignore[arg-type]
    with pytest.raises(crmkit.ValidationError, match="close_date"):
        Opportunity(close_date=datetime.now(timezone.utc))


def test_all_problems_come_at_once() -> None:
    values: dict[str, Any] = {
        "nmae": "x",
        "name": 5,
        "rating": "hott",
        "annual_revenue": 1.5,
        "email": "nobody",
        "website": "x" * 5000,
    }
    with pytest.raises(crmkit.UnknownField) as raised:
        Account(**values)
    assert isinstance(raised.value, TypeError)
    assert isinstance(raised.value, crmkit.NotFound)
    assert [problem.field for problem in raised.value.problems] == list(values)
    assert "nearest is 'name'" in str(raised.value)


def test_an_unknown_attribute_names_the_nearest() -> None:
    account: Any = Account(name="x")
    with pytest.raises(AttributeError, match="nearest is 'name'"):
        account.nmae = "y"
    with pytest.raises(AttributeError):
        account.nmae  # noqa: B018
    with pytest.raises(TypeError, match="None"):
        del account.name
    positional: Any = Account
    with pytest.raises(TypeError, match="keyword"):
        positional("x")


def test_json_fields_are_python_objects() -> None:
    json_fields = [
        (made, name)
        for made in crmkit.Structure.__subclasses__() + crmkit.Record.__subclasses__()
        if made is not crmkit.Record
        for name, field in made.fields.items()
        if field.type == "json"
    ]
    if not json_fields:
        pytest.skip("no declaration has a JSON field")
    made, name = json_fields[0]
    value = {"a": [1, None, "ü"], "b": {"c": True}}
    record = made(**{name: value})
    assert getattr(record, name) == value
    for wrong in (object(), float("nan"), "\ud800"):
        with pytest.raises(crmkit.ValidationError):
            made(**{name: wrong})
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(crmkit.ValidationError):
        made(**{name: loop})
    setattr(record, name, None)
    assert getattr(record, name) is None


def test_lists_of_text_take_texts_only() -> None:
    assert Opportunity(competitors=("a", "b")).competitors == ["a", "b"]
    with pytest.raises(crmkit.ValidationError, match="number 2"):
        Opportunity(competitors=["a", 5])  # type: ignore[list-item]
    deal = Opportunity(competitors=["a"])
    deal.competitors.append("b")  # a copy: the record is changed by setting it
    assert deal.competitors == ["a"]


def test_repr_shows_title_id_and_what_is_there(me: crmkit.Session) -> None:
    assert repr(Account(name="Acme", industry="steel")) == "Account(name='Acme', industry='steel')"
    assert repr(Account()) == "Account()"
    acme = me.accounts.create(name="Acme")
    assert repr(acme).startswith(f"Account(name='Acme', id={acme.id}, owner=Link('user', ")
    assert len(repr(Account(name="x" * 255, description="y" * 10_000))) < 1000


def test_html_is_escaped() -> None:
    html = Account(name="<script>alert('&\"')</script>")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(&#x27;&amp;&quot;&#x27;)&lt;/script&gt;" in html
    assert html.startswith("<table><caption>Account</caption>")


def test_equality_is_by_value_and_hash_by_identity(me: crmkit.Session) -> None:
    assert Account(name="x") == Account(name="x")
    assert Account(name="x") != Account(name="y")
    assert Account() != Contact()
    assert Account() != 5
    with pytest.raises(TypeError):
        Account() < Account()  # noqa: B015
    with pytest.raises(TypeError, match="unhashable"):
        hash(Account(name="x"))
    acme = me.accounts.create(name="Acme")
    again = me.accounts.get(acme.id)
    assert {acme, again} == {acme}
    again.name = "Other"
    assert hash(again) == hash(acme)
    assert again != acme


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_everything(me: crmkit.Session, protocol: int) -> None:
    acme = me.accounts.create(name="Ächme", annual_revenue=Money(5, "JPY"), rating="hot")
    loaded = pickle.loads(pickle.dumps(acme, protocol))
    assert type(loaded) is Account
    assert loaded == acme
    assert hash(loaded) == hash(acme)


def test_copies_are_equal_and_apart() -> None:
    account = Account(name="x", industry="steel")
    for made in (copy.copy(account), copy.deepcopy(account)):
        assert made == account
        made.name = "y"
        assert account.name == "x"
    assert copy.deepcopy([account, account])[0] == account


def test_as_new_leaves_the_header_behind(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme", email="INFO@acme.example")
    fresh = acme.as_new()
    assert (fresh.id, fresh.version, fresh.email_normal) == (0, 0, None)
    assert (fresh.name, fresh.email, fresh.owner) == (acme.name, acme.email, acme.owner)
    assert me.accounts.create(fresh).id not in (0, acme.id)


def test_dicts_and_json_go_both_ways(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme", annual_revenue=Money("5.50", "EUR"), rating="hot")
    values = acme.to_dict()
    assert list(values) == list(Account.fields)
    assert values["annual_revenue"] == Money("5.50", "EUR")
    assert values["industry"] is None
    small = acme.to_dict(header=False, empty=False)
    assert "id" not in small
    assert "industry" not in small
    assert Account(name="x").to_dict(header=False, empty=False)["name"] == "x"
    assert Account.from_json(acme.to_json()) == acme
    parsed = json.loads(acme.to_json())
    assert parsed["id"] == str(acme.id)
    assert parsed["annual_revenue"] == {"amount": "5.50", "currency": "EUR"}
    assert "industry" in json.loads(acme.to_json(empty=True))
    with pytest.raises(TypeError, match="unexpected"):
        acme.to_dict(haeder=True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", crmkit.MalformedText),
        ('{"nmae": "x"}', crmkit.ValidationError),
        ('{"name": 5}', crmkit.ValidationError),
        ("[" * 100_000, crmkit.Error),
    ],
)
def test_bad_json_is_refused_with_its_place(text: str, error: type[crmkit.Error]) -> None:
    with pytest.raises(error) as raised:
        Account.from_json(text)
    assert raised.value.problems[0].line == 1
    assert raised.value.problems[0].column > 0


def test_subclasses_keep_what_they_add(me: crmkit.Session) -> None:
    loud = LoudAccount("Acme", 2)
    assert loud.shout() == "Acme!Acme!"
    assert me.accounts.create(loud) is loud
    assert loud.id != 0
    loaded = pickle.loads(pickle.dumps(loud))
    assert type(loaded) is LoudAccount
    assert (loaded, loaded.volume) == (loud, 2)
    assert copy.copy(loud).volume == 2
    assert me.accounts.get(loud.id) == loud
    assert repr(loud).startswith("LoudAccount(")


def test_no_class_can_be_two_of_ours() -> None:
    with pytest.raises(TypeError, match="lay-out conflict"):
        type("Both", (Account, Contact), {})


def test_the_base_classes_have_no_objects() -> None:
    for base in (crmkit.Structure, crmkit.Record, crmkit.Table, crmkit.AccountTable):
        with pytest.raises(TypeError):
            base()
