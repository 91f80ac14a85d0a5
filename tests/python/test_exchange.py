"""Files in and out: CSV by a plan, JSON Lines without loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import crmkit
from crmkit import Money, operations

PLAN: dict[str, Any] = {
    "entity": "account",
    "columns": [
        {"column": "company", "field": "name"},
        {"column": "staff", "field": "number_of_employees"},
        {"column": "revenue", "field": "annual_revenue"},
    ],
    "key_fields": ["name"],
    "currency": "EUR",
}


def write(folder: Path, content: str | bytes) -> str:
    file = folder / "accounts.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def test_a_csv_file_comes_in_by_a_plan(me: crmkit.Session, tmp_path: Path) -> None:
    file = write(tmp_path, "company,staff,revenue\nAcme,12,5.50\n" + 'Globex,,"1200000"\n')
    report = me.exchange.import_csv(file, plan=PLAN)
    assert (report.rows, report.created, report.refused, report.has_landed) == (2, 2, 0, True)
    acme, globex = me.accounts.where().order_by("name")
    assert (acme.name, acme.number_of_employees) == ("Acme", 12)
    assert acme.annual_revenue == Money("5.50", "EUR")
    assert globex.annual_revenue == Money(1200000, "EUR")
    assert me.history(acme)[0].origin == "import"
    again = me.exchange.import_csv(file, plan=PLAN)
    assert (again.created, again.unchanged) == (0, 2)


def test_a_plan_is_suggested_and_used(me: crmkit.Session, tmp_path: Path) -> None:
    file = write(tmp_path, "Name;Website\nAcme;https://acme.example\n")
    plan = me.exchange.suggest_plan(file, entity="account")
    assert [(column.column, column.field) for column in plan.columns] == [
        ("Name", "name"),
        ("Website", "website"),
    ]
    assert crmkit.operations.ImportPlan.from_json(plan.to_json()) == plan
    assert me.exchange.import_csv(file, plan=plan).created == 1
    assert me.accounts.where().all()[0].website == "https://acme.example"


def test_every_bad_row_is_reported_with_its_place(me: crmkit.Session, tmp_path: Path) -> None:
    file = write(
        tmp_path, "company,staff,revenue\nAcme,many,5\n,1,\n" + "x" * 300 + ",1,1.005\nGood,1,1\n"
    )
    report = me.exchange.import_csv(file, plan=PLAN)
    assert (report.rows, report.created, report.refused) == (4, 1, 3)
    places = [(problem.line, problem.column, problem.field) for problem in report.problems]
    assert sorted(places) == [
        (2, 2, "number_of_employees"),
        (3, 1, "name"),
        (4, 1, "name"),
        (4, 3, "annual_revenue"),
    ]
    assert report.problems[0].value == "many"
    assert "whole number" in (report.problems[0].message or "")
    assert [account.name for account in me.accounts.where()] == ["Good"]


def test_all_or_nothing_and_dry_runs_leave_nothing(me: crmkit.Session, tmp_path: Path) -> None:
    file = write(tmp_path, "company,staff,revenue\nAcme,12,5\nGlobex,many,5\n")
    report = me.exchange.import_csv(file, plan={**PLAN, "mode": "all_or_nothing"})
    assert (report.has_landed, report.refused) == (False, 1)
    dry = me.exchange.import_csv(file, plan=PLAN, is_dry_run=True)
    assert [(row.line, row.action) for row in dry.row_list] == [(2, "create"), (3, "refuse")]
    with pytest.raises(RuntimeError), me.transaction():
        me.exchange.import_csv(file, plan=PLAN)
        raise RuntimeError
    assert me.accounts.where().all() == []


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ('company,staff,revenue\nAcme,1,"never closed\n', 2, 8),
        ('company,staff,revenue\nAcme,1,2\nGlo"bex",1,"x"y\n', 3, None),
    ],
)
def test_a_malformed_file_says_where(
    me: crmkit.Session, tmp_path: Path, content: str, line: int, column: int | None
) -> None:
    file = write(tmp_path, content)
    try:
        report = me.exchange.import_csv(file, plan={**PLAN, "mode": "all_or_nothing"})
        places = [(problem.line, problem.position) for problem in report.problems]
    except crmkit.MalformedText as error:
        places = [(problem.line, problem.column) for problem in error.problems]
    assert places
    assert places[0][0] == line
    assert column is None or places[0][1] == column
    assert me.accounts.where().all() == []


def test_files_may_be_given_as_path_objects(me: crmkit.Session, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("company,staff,revenue\nAcme,12,5\n", encoding="utf-8")
    assert me.exchange.suggest_plan(file, entity="account").entity == "account"
    assert me.exchange.import_csv(file, plan=PLAN).created == 1
    assert me.exchange.import_csv(bytes(file), plan=PLAN).unchanged == 1
    step = operations.ImportStep(file=file, plan=PLAN)
    assert step.file == str(file)
    assert me.exchange.run_import_job(steps=[step]).reports[0].unchanged == 1
    steps = [{"file": Path("accounts.csv"), "plan": PLAN}]
    assert me.exchange.run_import_job(tmp_path, steps=steps).reports[0].unchanged == 1
    out = tmp_path / "out.csv"
    assert me.exchange.export_csv(out, entity="account").records == 1
    everything = tmp_path / "all.jsonl"
    records = me.exchange.export_jsonl(everything).records
    with crmkit.open_memory() as copy:
        assert copy.exchange.import_jsonl(everything).records == records
    path: Any = 5
    with pytest.raises(crmkit.Error, match="path"):
        me.exchange.export_csv(path, entity="account")
    with pytest.raises(crmkit.ValidationError, match="surrogate"):
        me.exchange.export_csv(b"\xff.csv", entity="account")


def test_files_that_are_no_csv(me: crmkit.Session, tmp_path: Path) -> None:
    with pytest.raises(crmkit.MalformedText, match="ZIP"):
        me.exchange.import_csv(write(tmp_path, b"PK\x03\x04" + b"\0" * 100), plan=PLAN)
    with pytest.raises(crmkit.InputOutputError, match=r"none\.csv"):
        me.exchange.import_csv(str(tmp_path / "none.csv"), plan=PLAN)
    with pytest.raises(crmkit.Error):
        me.exchange.import_csv(str(tmp_path), plan=PLAN)
    with pytest.raises(crmkit.Error):
        me.exchange.export_csv(str(tmp_path / "no" / "folder.csv"), entity="account")


def test_a_wrong_plan_is_refused_before_anything(me: crmkit.Session, tmp_path: Path) -> None:
    file = write(tmp_path, "company,staff,revenue\nAcme,12,5\n")
    for plan, message in [
        ({**PLAN, "entity": "acount"}, "account"),
        ({**PLAN, "columns": [{"column": "firm", "field": "name"}]}, "firm"),
        ({**PLAN, "columns": [{"column": "company", "field": "nmae"}]}, "name"),
        ({**PLAN, "colums": []}, "columns"),
        ([], "object"),
    ]:
        with pytest.raises(crmkit.Error, match=message):
            me.exchange.import_csv(file, plan=plan)
    with pytest.raises(crmkit.ValidationError, match="plan"):
        me.exchange.import_csv(file, plan=object())
    assert me.accounts.where().all() == []


def test_csv_goes_out_guarded(me: crmkit.Session, tmp_path: Path) -> None:
    me.accounts.create(name="=1+1", industry="steel")
    me.accounts.create(name="Ächme, Inc.", industry="glass")
    file = tmp_path / "out.csv"
    report = me.exchange.export_csv(
        str(file), entity="account", query="order by name", columns=["name", "industry"]
    )
    assert report.records == 2
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "name,industry"
    assert set(lines[1:]) == {"'=1+1,steel", '"Ächme, Inc.",glass'}
    with pytest.raises(crmkit.ExpressionError):
        me.exchange.export_csv(str(file), entity="account", query="nmae = 1")
    assert file.read_text(encoding="utf-8").splitlines() == lines


def test_json_lines_bring_everything_back(me: crmkit.Session, tmp_path: Path) -> None:
    acme = me.accounts.create(name="Acme", annual_revenue=Money(5, "EUR"))
    me.contacts.create(last_name="Baker", account=acme)
    file = tmp_path / "all.jsonl"
    report = me.exchange.export_jsonl(str(file))
    assert {count.entity: count.records for count in report.counts}["contact"] == 1
    first, *others = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(first)["format"] == 1
    assert len(others) == report.records
    with crmkit.open_memory() as copy:
        assert copy.exchange.import_jsonl(str(file)).records == report.records
        assert copy.accounts.get(acme.id) == acme
        with pytest.raises(crmkit.ValidationError, match=rf"{acme.id}.*is taken"):
            copy.exchange.import_jsonl(str(file))
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("\n".join([first, *others, '{"account":']), encoding="utf-8")
    with crmkit.open_memory() as copy:
        with pytest.raises(crmkit.MalformedText) as raised:
            copy.exchange.import_jsonl(str(damaged))
        assert raised.value.problems[0].line == len(others) + 2
        assert copy.accounts.where().all() == []
