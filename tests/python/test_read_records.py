"""Records as they were read: packed rows until something asks for more than a field."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import crmkit
from crmkit import Link, Money, Opportunity

Read = Callable[[crmkit.Session, int], Opportunity]

READS: dict[str, Read] = {
    "get": lambda me, record: me.opportunities.get(record),
    "find": lambda me, record: me.opportunities.find(record) or pytest.fail("not found"),
    "link": lambda me, record: me.get(Link(Opportunity, record)),
    "walk": lambda me, record: next(iter(me.opportunities.where("id = :id", id=record))),
    "all": lambda me, record: me.opportunities.where("id = :id", id=record).all()[0],
    "first": lambda me, record: (
        me.opportunities.where("id = :id", id=record).first() or pytest.fail("not found")
    ),
    "page": lambda me, record: me.opportunities.where("id = :id", id=record).page()[0],
    "search": lambda me, _: me.opportunities.search("rolling")[0],
}


@pytest.fixture(params=list(READS))
def read(request: pytest.FixtureRequest) -> Read:
    """Each way to read one record."""
    return READS[request.param]


@pytest.fixture
def whole(me: crmkit.Session, deal: Opportunity, user: crmkit.User) -> Opportunity:
    """A deal with a value of every type that it has."""
    return me.opportunities.update(
        deal,
        owner=user,
        close_date=date(2026, 12, 31),
        probability=40,
        is_on_hold=True,
        forecast_category="pipeline",
        competitors=["a;b", "", "ü"],
        description="Mühle 磨\n" * 200,
    )


def test_every_way_to_read_gives_what_was_stored(
    me: crmkit.Session, whole: Opportunity, read: Read
) -> None:
    record = read(me, whole.id)
    assert record.amount == Money(1000, "EUR")
    assert record.close_date == date(2026, 12, 31)
    assert (record.probability, record.is_on_hold) == (40, True)
    assert record.forecast_category == "pipeline"
    assert record.competitors == ["a;b", "", "ü"]
    assert record.owner == whole.owner
    assert record.created_at == whole.created_at
    assert record.deleted_at is None
    assert record.lost_reason is None
    assert record.to_dict() == whole.to_dict()
    assert record == whole


def test_a_struct_has_what_the_row_had(me: crmkit.Session, whole: Opportunity, read: Read) -> None:
    record = read(me, whole.id)
    packed = record.to_dict()
    assert record.to_json() == whole.to_json()  # sees it as a struct
    assert record.to_dict() == packed
    assert repr(record) == repr(whole)


def test_every_field_of_every_entity_reads_alike(me: crmkit.Session, deal: Opportunity) -> None:
    me.opportunity_lines.create(
        opportunity=deal, quantity=Decimal("0.125"), description="Bolts", unit_price=Money(3, "EUR")
    )
    me.interactions.create(subject="Call", kind="call", actual_start=me.now())
    for entity in crmkit.Record.__subclasses__():
        for record in me.table(entity).where():
            packed = record.to_dict()
            assert pickle.loads(pickle.dumps(record)).to_dict() == packed
            record.to_json()
            assert record.to_dict() == packed


def test_a_read_record_can_be_changed(me: crmkit.Session, whole: Opportunity, read: Read) -> None:
    record = read(me, whole.id)
    record.name = "Two rolling mills"
    assert record.amount == Money(1000, "EUR")
    assert me.opportunities.update(record).version == whole.version + 1
    stored = me.opportunities.get(whole.id)
    assert (stored.name, stored.probability) == ("Two rolling mills", 40)
    assert stored == record
    assert stored != whole
    assert len(me.history(whole)[-1].fields) == 1


def test_a_value_that_is_refused_changes_nothing(me: crmkit.Session, whole: Opportunity) -> None:
    record = me.opportunities.get(whole.id)
    with pytest.raises(crmkit.ValidationError):
        record.probability = "much"  # type: ignore[assignment]
    assert record == whole


def test_copies_of_a_read_record(me: crmkit.Session, whole: Opportunity, read: Read) -> None:
    ways: list[Callable[[Opportunity], Opportunity]] = [
        copy.copy,
        copy.deepcopy,
        lambda one: pickle.loads(pickle.dumps(one)),
    ]
    for copied in ways:
        record = read(me, whole.id)
        other = copied(record)
        assert type(other) is Opportunity
        assert hash(other) == hash(record) == hash(whole)
        other.name = "Other"
        assert record == whole
        assert (other.name, other.amount) == ("Other", record.amount)


def test_records_outlive_their_store(tmp_path: Path) -> None:
    with crmkit.open(tmp_path / "test.db") as crm:
        crm.accounts.create_many({"name": f"Account {number}"} for number in range(600))
        accounts = list(crm.accounts.where().order_by("name"))
        page = crm.accounts.where().page(10)
    assert {account.name for account in accounts} == {f"Account {n}" for n in range(600)}
    assert [account.name for account in page] == [f"Account {n}" for n in range(10)]


def test_a_record_reads_its_id_without_becoming_a_struct(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    bob = me.contacts.create(last_name="Baker", account=me.accounts.get(acme.id))
    assert bob.account == acme.id
    assert Link.to(me.accounts.get(acme.id)) == Link.to(acme)
    assert me.accounts.get(me.accounts.get(acme.id)) == acme
