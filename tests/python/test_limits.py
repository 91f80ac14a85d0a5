"""What ends a session's work or tells how far it is: budgets, cancelling, progress, checkpoints."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import crmkit
from crmkit import Progress

PLAN: dict[str, Any] = {
    "entity": "contact",
    "batch_size": 500,
    "columns": [{"column": "name", "field": "last_name"}],
}


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A file of 3,000 contacts."""
    path = tmp_path / "names.csv"
    path.write_text("name\n" + "".join(f"Name {number}\n" for number in range(3000)))
    return path


def test_a_budget_bounds_each_read(me: crmkit.Session) -> None:
    me.accounts.create_many({"name": f"a{number}"} for number in range(500))
    slow = me.accounts.where("description like '%z%'")
    assert me.step_budget == 0
    me.step_budget = 100
    assert me.step_budget == 100
    with pytest.raises(crmkit.LimitExceeded, match="100 steps"):
        slow.all()
    me.step_budget = 0
    assert slow.all() == []
    with pytest.raises(crmkit.InvalidArgument):
        me.step_budget = -1


def test_another_thread_cancels_what_is_under_way(me: crmkit.Session) -> None:
    me.accounts.create_many({"name": f"a{number}"} for number in range(500))
    started = threading.Event()
    raised: list[crmkit.Error] = []

    def read() -> None:
        try:
            while True:
                me.accounts.where("description like '%z%'").all()
                started.set()
        except crmkit.Error as error:
            raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert started.wait(30)
    me.cancel()
    thread.join(30)
    assert not thread.is_alive()
    assert isinstance(raised[0], crmkit.Cancelled)
    with pytest.raises(crmkit.Cancelled):
        me.accounts.where().first()
    me.allow()
    assert me.accounts.where().count() == 500


def test_many_records_come_by_their_ids(me: crmkit.Session) -> None:
    one, two, three = (me.accounts.create(name=name) for name in ("one", "two", "three"))
    assert me.accounts.get_many([two.id, one, crmkit.Link.to(three)]) == [two, one, three]
    assert me.accounts.get_many(ids=(account for account in [one, one])) == [one, one]
    assert me.accounts.get_many([]) == []
    me.accounts.delete(two)
    with pytest.raises(crmkit.NotFound) as raised:
        me.accounts.get_many([one, two, 77])
    assert [problem.value for problem in raised.value.problems] == [str(two.id), "77"]
    with pytest.raises(TypeError):
        me.accounts.get_many(one.id)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        me.accounts.get_many([one], deleted=True)  # type: ignore[call-arg]


def test_imports_and_exports_tell_how_far_they_are(
    me: crmkit.Session, names: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    me.exchange.import_csv(str(names), plan=PLAN, progress=told.append)
    assert told[-1] == Progress(3000, names.stat().st_size, names.stat().st_size)
    assert all(progress.records <= 3000 for progress in told)

    exports: list[Callable[[], object]] = [
        lambda: me.exchange.export_csv(
            str(tmp_path / "out.csv"), entity="contact", progress=told.append
        ),
        lambda: me.exchange.export_jsonl(
            str(tmp_path / "out.jsonl"), entities=["contact"], progress=told.append
        ),
    ]
    for export in exports:
        told.clear()
        export()
        assert [progress.records for progress in told] == [1000, 2000, 3000]
        assert told[0].total_bytes is None

    told.clear()
    steps = [{"file": str(names), "plan": PLAN}]
    me.exchange.run_import_job(steps=steps, is_dry_run=True, progress=told.append)
    assert told
    everything = tmp_path / "everything.jsonl"
    me.exchange.export_jsonl(str(everything))
    told.clear()
    with crmkit.open_memory() as other:
        other.exchange.import_jsonl(str(everything), progress=told.append)
    assert told
    assert told[0].total_bytes == everything.stat().st_size
    told.clear()
    me.exchange.import_csv(str(names), plan=PLAN, is_dry_run=True)
    assert told == []


def test_false_cancels_and_a_checkpoint_lets_it_go_on(me: crmkit.Session, names: Path) -> None:
    def enough(progress: Progress) -> bool:
        return progress.records < 1700

    with pytest.raises(crmkit.Cancelled):
        me.exchange.import_csv(str(names), plan=PLAN, checkpoint="names", progress=enough)
    landed = me.contacts.where().count()
    assert 0 < landed < 3000
    report = me.exchange.import_csv(str(names), plan=PLAN, checkpoint="names")
    assert (report.rows, report.created) == (3000, 3000)
    assert me.contacts.where().count() == 3000


@pytest.mark.parametrize("exception", [KeyError("mine"), crmkit.Vetoed("mine")])
def test_what_the_function_raises_comes_out(
    me: crmkit.Session, names: Path, exception: Exception
) -> None:
    def fail(_: Progress) -> None:
        raise exception

    with pytest.raises(type(exception)) as raised:
        me.exchange.import_csv(str(names), plan=PLAN, progress=fail)
    assert raised.value is exception
    told: list[Progress] = []
    me.exchange.import_csv(str(names), plan=PLAN, is_dry_run=True)
    assert told == []


def test_only_what_takes_long_tells_its_progress(me: crmkit.Session, names: Path) -> None:
    exchange: Any = me.exchange
    with pytest.raises(crmkit.UnknownField):
        exchange.suggest_plan(str(names), entity="contact", progress=print)
    with pytest.raises(TypeError):
        exchange.import_csv(str(names), plan=PLAN, progress="no function")


def test_a_checkpoint_copies_the_log(tmp_path: Path) -> None:
    log = tmp_path / "a.db-wal"
    with crmkit.open(tmp_path / "a.db", durability="fast", log_kib=1 << 20) as crm:
        for _ in range(10):
            crm.accounts.create_many({"name": f"a{number}"} for number in range(1000))
        grown = log.stat().st_size
        assert grown > 4 << 20
        crm.checkpoint()
        crm.accounts.create_many({"name": f"b{number}"} for number in range(1000))
        assert log.stat().st_size == grown
    with crmkit.open(tmp_path / "b.db", durability="fast", log_kib=64) as crm:
        for number in range(300):
            crm.accounts.create(name=f"a{number}")
        assert (tmp_path / "b.db-wal").stat().st_size < 1 << 20
    with crmkit.open_memory() as crm:
        crm.checkpoint()
    for wrong in (0, -1):
        with pytest.raises(crmkit.InvalidArgument, match="log_kib"):
            crmkit.open(tmp_path / "c.db", log_kib=wrong)
