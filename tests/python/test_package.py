"""The package itself: its names, its clock, its stubs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import pydoc
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import crmkit

ROOT = Path(__file__).resolve().parents[2]
STUBS = ROOT / "bindings/python/stubs"


def run(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


def test_public_names() -> None:
    assert len(crmkit.__all__) == len(set(crmkit.__all__))
    for name in crmkit.__all__:
        value = getattr(crmkit, name)
        if isinstance(value, type):
            assert value.__doc__, name
    assert crmkit.Account.__module__ == "crmkit"
    assert "Name of the organisation." in (crmkit.Account.__doc__ or "")


def test_help_shows_every_public_name() -> None:
    assert "embeddable CRM engine" in pydoc.render_doc(crmkit)
    for name in set(crmkit.__all__) - {"__version__"}:
        value = getattr(crmkit, name)
        assert name in pydoc.plain(pydoc.render_doc(value))
        assert inspect.getmembers(value), name


def test_help_shows_a_record(crm: crmkit.Crm) -> None:
    acme = crm.accounts.create(name="Acme")
    assert "Name of the organisation." in pydoc.render_doc(acme)
    assert hasattr(crmkit.Account, "fields")
    for base in (crmkit.Record, crmkit.Structure):
        assert not hasattr(base, "fields")
        with pytest.raises(AttributeError, match=f"{base.__name__} has no fields of its own"):
            base.fields  # noqa: B018


def test_the_version_is_that_of_the_distribution() -> None:
    try:
        installed = importlib.metadata.version("crmkit")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("crmkit is not installed but found on the path")
    assert crmkit.__version__ == installed


def test_a_store_lives_by_its_own_clock() -> None:
    clock = crmkit.ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    with crmkit.open_memory(clock=clock, seed=5, replica=7) as crm:
        acme = crm.accounts.create(name="Acme")
        assert acme.created_at == clock.now() == crm.now()
        clock.set(clock.now() + timedelta(days=1))
        assert crm.accounts.update(acme, rating="hot").modified_at == datetime(
            2026, 1, 2, tzinfo=timezone.utc
        )
    with pytest.raises(TypeError, match="time zone"):
        crmkit.ManualClock(datetime(2026, 1, 1))


def test_the_same_clock_and_seed_make_the_same_store() -> None:
    def ids() -> list[int]:
        clock = crmkit.ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
        with crmkit.open_memory(clock=clock, seed=5) as crm:
            return crm.accounts.create_many({"name": str(number)} for number in range(5))

    assert ids() == ids()


def test_numbers_without_a_country_are_of_the_stores_region(tmp_path: Path) -> None:
    with crmkit.open_memory(region="DE") as crm:
        ann = crm.contacts.create(last_name="Ann", phone="030 901820")
        assert ann.phone_normal == "+4930901820"
    for region in ("at", None):
        with crmkit.open(tmp_path / "store.db", region=region) as crm:
            ann = crm.contacts.create(last_name="Ann", phone="01 90182012")
            assert ann.phone_normal == "+43190182012"
    with pytest.raises(crmkit.InvalidArgument, match="Germany"):
        crmkit.open_memory(region="Germany")


def test_the_schema_of_entities_is_json_schema(crm: crmkit.Crm) -> None:
    schema = crm.json_schema(entity="account").schema
    assert schema["properties"]["name"]["x-crmkit"]["type"] == "text"
    assert schema["required"] == ["name"]
    everything = crm.json_schema().schema["$defs"]
    assert {"account", "contact", "stage_history"} < set(everything)
    assert everything["account"]["properties"] == schema["properties"]


def test_ensure_user_makes_one_user(crm: crmkit.Crm) -> None:
    ada = crm.ensure_user("Ada", "ada@example.com")
    assert crm.ensure_user("Other", "ada@example.com") == ada
    assert crm.as_user(ada).actor == crm.as_user(ada.id).actor == ada.id
    with pytest.raises(crmkit.ValidationError):
        crm.ensure_user("", "")
    with pytest.raises(crmkit.ValidationError):
        crm.as_user(crm.accounts.create(name="x"))  # type: ignore[arg-type]


def test_the_stubs_are_what_the_declarations_make() -> None:
    run(STUBS / "generate_stubs.py", "--check")


@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="needs mypy")
def test_the_stubs_are_what_the_package_is() -> None:
    run("-m", "mypy.stubtest", "crmkit", "--allowlist", STUBS / "allowlist.txt")
