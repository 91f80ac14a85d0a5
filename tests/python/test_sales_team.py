"""The Python example answers as the C++ example does, on a store that the latter has made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sales_team" / "sales_team.py"
PROGRAM = Path(
    os.environ.get(
        "CRMKIT_SALES_TEAM",
        ROOT / "build" / "release" / "examples" / "sales_team" / "sales_team",
    )
)


def run(*command: object) -> str:
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not PROGRAM.exists():
        pytest.skip(f"there is no {PROGRAM}")
    store = tmp_path_factory.mktemp("sales_team") / "crm.db"
    run(PROGRAM, "--store", store)
    return store


def test_same_answers_as_the_cxx_example(store: Path) -> None:
    assert run(sys.executable, EXAMPLE, store, "--json") == run(PROGRAM, "--json", "--store", store)


def test_report_for_people(store: Path) -> None:
    report = run(sys.executable, EXAMPLE, store)
    assert "win rate" in report
    assert "The biggest customer is" in report
