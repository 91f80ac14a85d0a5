"""Operations as methods, with described inputs and results."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import pydoc
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

import crmkit
from crmkit import Money, operations


def offered_operations() -> list[dict[str, Any]]:
    """All but those on rows of JSON: see below."""
    described = json.loads(crmkit._crmkit.describe_all())["operations"]
    return [one for one in described if not one["name"].startswith("records.")]


def method_of(crm: crmkit.Crm, operation: dict[str, Any]) -> Any:
    module, method = operation["name"].split(".")
    return getattr(crm if module == "engine" else getattr(crm, module), method)


def test_every_operation_is_a_method_with_its_help(crm: crmkit.Crm) -> None:
    for operation in offered_operations():
        documentation = method_of(crm, operation).__doc__
        assert operation["help"] in documentation
        for field in operation["input"]["fields"]:
            assert field["help"] in documentation


def test_every_operation_has_a_signature(crm: crmkit.Crm) -> None:
    for operation in offered_operations():
        parameters = inspect.signature(method_of(crm, operation)).parameters
        names = [name.rstrip("_") for name in parameters]
        progress = ["progress"] if operation["progress"] else []
        assert names == [field["name"] for field in operation["input"]["fields"]] + progress
        for field, parameter in zip(
            operation["input"]["fields"], parameters.values(), strict=False
        ):
            assert (parameter.default is parameter.empty) == field["required"]
    assert str(inspect.signature(crm.sales.win_opportunity)) == (
        "(opportunity, *, close_date=None, actual_value=None, stage=None, version=None)"
    )
    assert str(inspect.signature(crm.sales.slippage)) == (
        "(period='month', *, pipeline=None, where=None, from_=None, until=None)"
    )
    help_of_method = pydoc.plain(pydoc.render_doc(crm.sales.win_opportunity))
    assert "win_opportunity(opportunity, *, close_date=None" in help_of_method
    assert "kwargs" not in help_of_method


def test_tables_stand_for_the_operations_on_rows_of_json(crm: crmkit.Crm) -> None:
    assert not hasattr(crm, "records")
    assert not hasattr(operations, "RecordRows")
    price = Money(5, "EUR")
    ids = crm.table("product").create_many([{"name": "Bolt", "list_price": price}])
    assert crm.products.get(ids[0]).list_price == price


def test_winning_and_losing(
    me: crmkit.Session, deal: crmkit.Opportunity, stages: list[crmkit.Stage]
) -> None:
    me.sales.move_stage(deal, stage=stages[1])
    assert me.opportunities.get(deal.id).stage == stages[1].id
    me.sales.win_opportunity(
        opportunity=deal.id, actual_value=Money(1100, "EUR"), close_date=date(2026, 11, 20)
    )
    won = me.opportunities.get(deal)
    assert (won.state, won.actual_value) == ("won", Money(1100, "EUR"))
    report = me.sales.win_rate()
    assert isinstance(report, operations.WinRates)
    assert (report.won, report.lost, report.rate) == (1, 0, Decimal(1))
    with pytest.raises(crmkit.IllegalTransition):
        me.sales.win_opportunity(deal)
    me.sales.reopen_opportunity(deal)
    with pytest.raises(crmkit.ValidationError, match="reason"):
        me.sales.lose_opportunity(deal)  # type: ignore[call-arg]
    me.sales.lose_opportunity(deal, reason="price")
    assert me.opportunities.get(deal).lost_reason == "price"


def test_a_360_view_of_some_sections_as_of_a_moment(
    me: crmkit.Session, deal: crmkit.Opportunity
) -> None:
    assert deal.account is not None
    account = crmkit.Link("account", deal.account)
    view = me.customer_360(account, sections=["opportunities"])
    assert [row.name for row in view.opportunities] == [deal.name]
    assert view.timeline == []
    past = me.customer_360(account, as_of=datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert (past.name, past.opportunities) == (view.name, [])
    with pytest.raises(crmkit.ValidationError, match="deals"):
        me.customer_360(account, sections=["deals"])


def test_velocity_pushes_slippage_and_the_rotting_list(
    me: crmkit.Session, deal: crmkit.Opportunity
) -> None:
    me.opportunities.update(deal, close_date=date(2031, 1, 31))
    me.opportunities.update(deal, close_date=date(2031, 2, 1))
    velocity = me.sales.pipeline_velocity(by="owner").rows
    assert [(row.open, row.closed, row.velocity) for row in velocity] == [(1, 0, None)]
    pushes = me.sales.push_counts(where="state = 'open'", limit=5)
    assert [(row.name, row.push_count, row.days_moved) for row in pushes.rows] == [
        (deal.name, 1, 1)
    ]
    slipped = me.sales.slippage(period="quarter", from_=date(2031, 1, 1)).rows
    assert slipped == []
    slipped = me.sales.slippage(from_=date(2031, 1, 1)).rows
    assert [(row.period, row.pushed, row.amount) for row in slipped] == [
        ("2031-01", 1, Money(1000, "EUR"))
    ]
    rotting = me.sales.rotting_opportunities(limit=10)
    assert (rotting.rows, rotting.next) == ([], None)
    with pytest.raises(crmkit.ValidationError, match="limit"):
        me.sales.rotting_opportunities(limit=0)


@pytest.mark.usefixtures("deal")
def test_results_are_plain_objects(me: crmkit.Session) -> None:
    content = me.sales.pipeline_by_stage()
    assert content.rows
    for same in (copy.deepcopy(content), pickle.loads(pickle.dumps(content))):
        assert same == content
        assert same.rows[0] is not content.rows[0]
    assert content.to_dict()["rows"][0] == content.rows[0].to_dict()
    assert repr(content).startswith("StageContents(rows=[StageContent(")
    assert type(content).from_json(content.to_json()) == content
    with pytest.raises(TypeError, match="unhashable"):
        hash(content)


def test_names_that_are_keywords_of_python_get_an_underscore(me: crmkit.Session) -> None:
    assert me.sales.weighted_forecast(from_=date(2026, 1, 1), until=date(2026, 12, 31)).rows == []
    given: dict[str, Any] = {"from": date(2026, 1, 1)}
    asked = operations.WeightedForecast(**given)
    assert asked.from_ == date(2026, 1, 1)
    assert asked.to_dict()["from"] == date(2026, 1, 1)


def test_inputs_are_checked_by_name(me: crmkit.Session, deal: crmkit.Opportunity) -> None:
    sales: Any = me.sales
    with pytest.raises(crmkit.ValidationError, match=r"opportunity.*required"):
        sales.win_opportunity()
    with pytest.raises(crmkit.UnknownField, match="nearest is 'close_date'"):
        sales.win_opportunity(deal, closed_date=date(2026, 1, 1))
    with pytest.raises(crmkit.ValidationError, match="account"):
        sales.win_opportunity(me.accounts.create(name="x"))
    with pytest.raises(TypeError):
        sales.win_opportunity(deal, 5)
    with pytest.raises((TypeError, crmkit.ValidationError)):
        sales.win_rate(deal, by="x")
    with pytest.raises(TypeError, match="twice"):
        sales.win_opportunity(deal, opportunity=deal)
    with pytest.raises(crmkit.NotFound):
        sales.win_opportunity(1)
    with pytest.raises(AttributeError):
        sales.win_oportunity(deal)


def test_an_operation_is_part_of_the_transaction(
    me: crmkit.Session, deal: crmkit.Opportunity
) -> None:
    with pytest.raises(RuntimeError), me.transaction():
        me.sales.win_opportunity(deal)
        raise RuntimeError
    assert me.opportunities.get(deal).state == "open"
