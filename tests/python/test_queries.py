"""Queries: lazy, in batches, page by page."""

from __future__ import annotations

import gc
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

import crmkit
from crmkit import Money


@pytest.fixture
def thousand(me: crmkit.Session) -> list[int]:
    return me.accounts.create_many(
        {"name": f"a{number:04}", "number_of_employees": number} for number in range(1000)
    )


def test_a_query_reads_nothing_before_it_is_walked_over(me: crmkit.Session) -> None:
    query = me.accounts.where("name = :name", name="Acme")
    wrong = me.accounts.where("nmae = 'x'")
    acme = me.accounts.create(name="Acme")
    assert query.all() == [acme]
    assert list(query) == [acme]  # as often as wanted
    with pytest.raises(crmkit.ExpressionError, match="nearest is 'name'"):
        wrong.all()


def test_walking_reads_in_batches(me: crmkit.Session, thousand: list[int]) -> None:
    found = [account.id for account in me.accounts.where().order_by("name")]
    assert found == thousand
    walk = iter(me.accounts.where().order_by("name desc"))
    assert next(walk).name == "a0999"
    assert iter(walk) is walk
    assert sum(1 for _ in walk) == 999
    with pytest.raises(StopIteration):
        next(walk)


def test_order_limit_first_and_count(me: crmkit.Session, thousand: list[int]) -> None:
    query = me.accounts.where("number_of_employees >= 990")
    assert query.count() == 10
    assert [a.number_of_employees for a in query.order_by("number_of_employees desc").limit(2)] == [
        999,
        998,
    ]
    assert query.limit(5).limit(7).count() == 5
    assert query.limit(5).text == "number_of_employees >= 990 limit 5"
    first = query.order_by("number_of_employees").first()
    assert first is not None
    assert first.number_of_employees == 990
    assert me.accounts.where("name = 'none'").first() is None
    assert me.accounts.where().count() == len(thousand)
    assert me.accounts.where().order_by("industry", "name desc").limit(1).all()[0].name == "a0999"
    assert "accounts" in repr(query)
    with pytest.raises(TypeError):
        query.order_by()
    with pytest.raises(TypeError):
        len(query)  # type: ignore[arg-type]


@pytest.mark.usefixtures("thousand")
def test_count_of_a_text_with_an_order_and_a_limit(me: crmkit.Session) -> None:
    texts = {
        "order by name": 1000,
        "limit 7": 7,
        "limit 0": 0,
        "LIMIT 2000": 1000,
        "number_of_employees >= 990 sort by industry, name desc": 10,
        "number_of_employees >= 990 or name = 'a0000' order by name limit 5": 5,
        "name = 'order by name limit 5'": 0,
    }
    for text, count in texts.items():
        query = me.accounts.where(text)
        assert query.count() == count == len(query.all()), text
        assert query.order_by("id").count() == count
        assert query.limit(3).count() == min(count, 3)
    given = me.accounts.where(
        "number_of_employees < :n order by if(name = :first, 0, 1), name", n=10, first="a0003"
    )
    assert given.count() == 10
    assert given.all()[0].name == "a0003"


@pytest.mark.usefixtures("thousand")
def test_refining_takes_the_place_of_what_the_text_says(me: crmkit.Session) -> None:
    query = me.accounts.where("name >= 'a0990'\n  ORDER BY name desc limit 5")
    assert query.order_by("name").text == "name >= 'a0990' order by name limit 5"
    assert [account.name for account in query.order_by("name").limit(2)] == ["a0990", "a0991"]
    assert query.sort_by("industry").text == "name >= 'a0990' sort by industry limit 5"
    assert query.limit(7).text.endswith("desc limit 5")
    assert query.limit(4).count() == 4
    first = query.first()
    assert first is not None
    assert first.name == "a0999"
    assert me.accounts.where("limit 3").order_by("name").text == "order by name limit 3"
    assert me.accounts.where('"sort" = 1').limit(2).text == '"sort" = 1 limit 2'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("nmae = 'x'", (1, 1)),
        ("name = 'x'\n and nmae = 'y' order by name", (2, 6)),
        ("name = 'x' limit many", (1, 18)),
        ("name = 'never closed", (1, 8)),
    ],
)
def test_a_counted_or_refined_text_is_wrong_where_it_was(
    me: crmkit.Session, text: str, place: tuple[int, int]
) -> None:
    query = me.accounts.where(text)
    for fail in (query.all, query.count, query.first, query.limit(5).all, query.limit(5).count):
        with pytest.raises(crmkit.ExpressionError) as raised:
            fail()
        problem = raised.value.problems[0]
        assert (problem.line, problem.column) == place


def test_a_count_refuses_what_reading_refuses(me: crmkit.Session) -> None:
    with pytest.raises(crmkit.ExpressionError, match="nearest is 'name'"):
        me.accounts.where("order by nmae").count()
    with pytest.raises(crmkit.ExpressionError, match="nearest is ':name'"):
        me.accounts.where("name = :name order by name", name="x", nmae="x").count()


def test_pages(me: crmkit.Session, thousand: list[int]) -> None:
    query = me.accounts.where().order_by("name")
    page = query.page(300)
    assert (len(page), page[0].name, page[-1].name) == (300, "a0000", "a0299")
    following = query.page(300, after=page.next)
    assert following.records[0].name == "a0300"
    walked = [account.id for page in query.pages(300) for account in page]
    assert walked == thousand
    last = list(query.pages(400))[-1]
    assert (len(last), last.next) == (200, None)
    assert [len(page) for page in me.accounts.where("name = 'none'").pages()] == [0]
    for size in (0, 10_001):
        with pytest.raises(crmkit.Error):
            query.page(size)
    with pytest.raises(crmkit.Error):
        query.page(10, after="forged")


@pytest.mark.usefixtures("thousand")
def test_a_page_in_an_order_of_no_index_is_asked_for(me: crmkit.Session) -> None:
    query = me.accounts.where().order_by("number_of_employees desc")
    assert query.first() is not None
    with pytest.raises(crmkit.InvalidArgument, match="sort by"):
        query.page()
    with pytest.raises(crmkit.InvalidArgument, match="sort by"):
        list(query.pages())
    page = query.sort_by("number_of_employees desc").page(10)
    assert page[0].number_of_employees == 999
    assert query.sort_by("name").text == "sort by name"
    with pytest.raises(TypeError, match="sort_by"):
        query.sort_by()


def test_parameters_of_every_type(me: crmkit.Session, deal: crmkit.Opportunity) -> None:
    me.opportunities.update(deal.id, close_date=date(2026, 12, 31), probability=40)
    matching: list[tuple[str, Any]] = [
        ("name = :p", "Rolling mill"),
        ("probability = :p", 40),
        ("amount > :p", Money("999.99", "EUR")),
        ("amount > :p", Decimal("999.99")),
        ("close_date = :p", date(2026, 12, 31)),
        ("created_at > :p", datetime(2020, 1, 1, tzinfo=timezone.utc)),
        ("is_on_hold = :p", False),
        ("account = :p", deal.account),
        ("account = :p", me.accounts.get(deal.account or 0)),
        ("owner = :p", me.users.get(me.actor or 0)),
        ("owner = :p", crmkit.Link("user", me.actor or 0)),
        ("id = :p", deal),
        ("state = :p", "open"),
    ]
    for text, value in matching:
        assert me.opportunities.where(text, p=value).count() == 1, text
    mistyped: list[tuple[str, Any]] = [
        ("name = :p", 5),
        ("probability = :p", "x"),
        ("state = :p", "opne"),
    ]
    for text, value in mistyped:
        with pytest.raises(crmkit.ExpressionError, match=":p"):
            me.opportunities.where(text, p=value).all()
    unfit: list[Any] = [1.5, object(), "\ud800", {"a": 1}]
    for wrong in unfit:
        with pytest.raises(crmkit.ValidationError, match=":p"):
            me.opportunities.where("name = :p", p=wrong)
    with pytest.raises(crmkit.ExpressionError, match="no value"):
        me.opportunities.where("name = :p").all()
    with pytest.raises(crmkit.ExpressionError, match="nearest"):
        me.opportunities.where("name = :name", nmae="x").all()


@pytest.mark.parametrize(
    "text",
    ["state = ", "state = 'opne'", "nmae = 'x'", "amount > 'x'", "((((", "'", "name = 'a\0b'"],
)
def test_a_wrong_expression_says_where(me: crmkit.Session, text: str) -> None:
    with pytest.raises(crmkit.ExpressionError) as raised:
        me.opportunities.where(text).all()
    assert isinstance(raised.value, ValueError)
    assert (raised.value.problems[0].line, raised.value.problems[0].column > 0) == (1, True)


def test_hostile_expressions_are_refused_quickly(me: crmkit.Session) -> None:
    for text in ("(" * 50_000, "not " * 20_000 + "true", "x" * 1_000_000, "1 + " * 50_000 + "1"):
        with pytest.raises(crmkit.ExpressionError):
            me.accounts.where(text).all()
    for wrong in (
        lambda: me.accounts.where("name = '\ud800'"),
        lambda: me.accounts.where().order_by("\ud800"),
        lambda: me.accounts.aggregate("\ud800"),
        lambda: me.accounts.search("\ud800"),
    ):
        with pytest.raises(crmkit.InvalidArgument, match="surrogate"):
            wrong()
    number: Any = 5
    for call in (me.accounts.where, me.accounts.where().order_by, me.accounts.aggregate):
        with pytest.raises(TypeError, match="is not a str"):
            call(number)


def test_values_never_become_part_of_the_expression(me: crmkit.Session) -> None:
    hostile = "x' or 1 = 1; drop table accounts; --"
    me.accounts.create(name="Acme")
    assert me.accounts.where("name = :n", n=hostile).all() == []
    stored = me.accounts.create(name=hostile)
    assert me.accounts.where("name = :n", n=hostile).all() == [stored]


@pytest.mark.usefixtures("thousand")
def test_a_walk_goes_on_while_records_are_written(me: crmkit.Session) -> None:
    for account in me.accounts.where().order_by("name"):
        if (account.number_of_employees or 0) % 100 == 0:
            me.accounts.update(account.id, rating="hot")
    assert me.accounts.where("rating = 'hot'").count() == 10


def test_an_abandoned_walk_leaves_the_store_usable(me: crmkit.Session, thousand: list[int]) -> None:
    walk = iter(me.accounts.where())
    next(walk)
    del walk
    gc.collect()
    me.accounts.create(name="x")
    assert me.accounts.where().count() == len(thousand) + 1


def test_a_walk_outlives_its_session(crm: crmkit.Crm, thousand: list[int]) -> None:
    walk = iter(crm.as_user(crm.ensure_user("B", "b@example.com")).accounts.where())
    gc.collect()
    assert sum(1 for _ in walk) == len(thousand)


def test_classes_for_annotations() -> None:
    assert crmkit.Query[crmkit.Account].__origin__ is crmkit.Query  # type: ignore[attr-defined]
    assert crmkit.Table[crmkit.Account].__origin__ is crmkit.Table  # type: ignore[attr-defined]
