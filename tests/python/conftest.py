"""What the tests share: stores, a session and a sale to play with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import crmkit


@pytest.fixture(params=["memory", "file"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[crmkit.Crm]:
    """A new store, once in memory and once in a file."""
    if request.param == "memory":
        opened = crmkit.open_memory()
    else:
        opened = crmkit.open(tmp_path / "test.db", durability="fast")
    with opened:
        yield opened


@pytest.fixture
def user(crm: crmkit.Crm) -> crmkit.User:
    return crm.ensure_user("Ada Lovelace", "ada@example.com")


@pytest.fixture
def me(crm: crmkit.Crm, user: crmkit.User) -> crmkit.Session:
    return crm.as_user(user)


@pytest.fixture
def stages(me: crmkit.Session) -> list[crmkit.Stage]:
    """The open stages of the pipeline that a new store has, in order."""
    return me.stages.where("state = 'open'").order_by("sort_order").all()


@pytest.fixture
def deal(me: crmkit.Session, stages: list[crmkit.Stage]) -> crmkit.Opportunity:
    acme = me.accounts.create(name="Acme Steel")
    return me.opportunities.create(
        name="Rolling mill", account=acme, stage=stages[0], amount=crmkit.Money(1000, "EUR")
    )
