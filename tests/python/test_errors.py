"""Every bad input: a clear error of the right class, and nothing half-written."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import crmkit
from crmkit import errors


def test_every_code_has_one_class() -> None:
    assert set(errors.by_code) == set(crmkit._crmkit.error_codes)
    for code, made in errors.by_code.items():
        assert made.code == code
        assert issubclass(made, crmkit.Error)
        assert made.__doc__
    assert issubclass(crmkit.ValidationError, ValueError)
    assert issubclass(crmkit.NotFound, KeyError)
    assert issubclass(crmkit.Busy, TimeoutError)


def test_errors_are_ordinary_exceptions() -> None:
    problem = crmkit.errors.Problem("account", "name", "x", "is wrong", 1, 2)
    every_class: list[type[crmkit.Error]] = [*errors.by_code.values(), crmkit.UnknownField]
    for made in every_class:
        error = made("text", [problem])
        error.row = 3
        loaded = pickle.loads(pickle.dumps(error))
        assert (type(loaded), str(loaded)) == (made, "text")
        assert (loaded.problems, loaded.row, loaded.code) == ((problem,), 3, made.code)
        assert str(made()) == ""


def test_all_problems_of_a_record_come_at_once(me: crmkit.Session) -> None:
    with pytest.raises(crmkit.ValidationError) as raised:
        me.accounts.create(
            name="x" * 256, email="nobody", website="\0", currency="EURO", year_established=-1
        )
    fields = {problem.field for problem in raised.value.problems}
    assert fields == {"name", "email", "website", "currency", "year_established"}
    assert all(problem.entity == "account" for problem in raised.value.problems)
    assert all(problem.message for problem in raised.value.problems)
    assert me.accounts.where().all() == []


def test_a_wrong_type_does_not_hide_what_else_is_wrong(me: crmkit.Session) -> None:
    me.products.create(name="Bolt", product_number="P-1")
    with pytest.raises(crmkit.ValidationError) as raised:
        me.products.create(product_number="P-1", list_price="dear")  # type: ignore[arg-type]
    fields = {problem.field for problem in raised.value.problems}
    assert fields == {"name", "product_number", "list_price"}
    account = me.accounts.create(name="Acme")
    with pytest.raises(crmkit.UnknownField) as unknown:
        me.accounts.update(account.id, nmae="x", parent_account=account.id, industry=5)  # type: ignore[call-arg, arg-type]
    assert {problem.field for problem in unknown.value.problems} == {
        "nmae",
        "industry",
        "parent_account",
    }
    assert unknown.value.problems[0].value == "x"
    with pytest.raises(crmkit.ValidationError) as stale:
        me.accounts.update(account, name=None, industry=5)  # type: ignore[arg-type]
    assert {problem.field for problem in stale.value.problems} == {"name", "industry"}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"name": "x" * 256},
        {"name": "a\0b"},
        {"name": "x", "description": "y" * 10_000_000},
        {"name": "x", "email": "@"},
        {"name": "x", "parent_account": 5},
        {"name": "x", "owner": crmkit.Link("user", 5)},
    ],
)
def test_a_bad_value_is_named(me: crmkit.Session, values: dict[str, Any]) -> None:
    with pytest.raises(crmkit.Error) as raised:
        me.accounts.create(**values)
    assert raised.value.problems[0].entity == "account"
    assert raised.value.problems[0].field in {*values, "name"}
    assert len(str(raised.value)) < 500
    assert me.accounts.where().all() == []


def test_a_tree_cannot_bite_its_tail(me: crmkit.Session) -> None:
    top = me.accounts.create(name="top")
    below = me.accounts.create(name="below", parent_account=top)
    for parent in (top, below):
        with pytest.raises(crmkit.Error, match="parent_account"):
            me.accounts.update(top.id, parent_account=parent)
    assert me.accounts.get(top.id).parent_account is None


def test_what_is_referred_to_cannot_go(me: crmkit.Session, deal: crmkit.Opportunity) -> None:
    with pytest.raises(crmkit.Restricted, match="opportunit"):
        me.accounts.delete(deal.account or 0)


def test_an_illegal_move_is_refused(me: crmkit.Session, deal: crmkit.Opportunity) -> None:
    me.sales.win_opportunity(deal)
    lost = me.stages.where("state = 'lost'").first()
    assert lost is not None
    for illegal in (
        lambda: me.opportunities.update(deal.id, stage=lost, lost_reason="price"),
        lambda: me.sales.lose_opportunity(deal, reason="price"),
        lambda: me.sales.win_opportunity(deal),
    ):
        with pytest.raises(crmkit.IllegalTransition) as raised:
            illegal()
        assert raised.value.code == "illegal_transition"
    assert me.opportunities.get(deal).state == "won"


def test_a_unique_key_is_taken_once(me: crmkit.Session) -> None:
    first = me.accounts.create(name="a", account_number="1")
    with pytest.raises(crmkit.Duplicate, match="account_number"):
        me.accounts.create(name="b", account_number="1")
    me.accounts.delete(first)
    me.accounts.create(name="b", account_number="1")
    with pytest.raises(crmkit.Duplicate):
        me.accounts.restore(first)


def test_a_closed_store_says_so(crm: crmkit.Crm, me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    walk = iter(me.accounts.where())
    scope = me.transaction()
    table = crm.accounts
    crm.close()
    crm.close()
    for use in (
        lambda: me.accounts.get(acme.id),
        lambda: me.accounts.create(name="x"),
        lambda: crm.accounts,
        lambda: table.where().all(),
        lambda: next(walk),
        scope.__enter__,
        lambda: crm.as_user(5),
        lambda: me.history(acme),
        crm.check_integrity,
    ):
        with pytest.raises(crmkit.InvalidArgument, match="closed"):
            use()
    assert acme.name == "Acme"


def test_a_read_only_store(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with crmkit.open(path) as crm:
        acme = crm.accounts.create(name="Acme")
    with crmkit.open(path, read_only=True) as crm:
        assert crm.accounts.get(acme.id) == acme
        with pytest.raises(crmkit.ReadOnly):
            crm.accounts.create(name="x")
        with pytest.raises(crmkit.ReadOnly):
            crm.accounts.update(acme.id, name="x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_without_permission_to_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    crmkit.open(path).close()
    path.chmod(0o400)
    try:
        with pytest.raises(crmkit.ReadOnly, match=r"a\.db"):
            crmkit.open(path)
    finally:
        path.chmod(0o600)


READ_ONLY_DISK = """
import crmkit, subprocess, sys
path = sys.argv[1] + '/a.db'
with crmkit.open(path) as crm:
    acme = crm.accounts.create(name='Acme')
subprocess.run(['mount', '-o', 'remount,ro', sys.argv[1]], check=True)
try:
    crmkit.open(path)
except crmkit.ReadOnly as error:
    assert path in str(error)
else:
    raise AssertionError('it was opened for writing')
"""


def test_a_read_only_disk(tmp_path: Path) -> None:
    if not on_a_small_disk(tmp_path, READ_ONLY_DISK):
        pytest.skip("this machine lets nobody mount a small disk of his own")


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(crmkit.Corrupt):
        crmkit.open(path)
    assert path.read_bytes() == content


def test_a_damaged_store(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with crmkit.open(path) as crm:
        crm.accounts.create_many({"name": f"a{i}", "description": "x" * 500} for i in range(500))
    content = bytearray(path.read_bytes())
    for start in range(8192, len(content) - 4096, 3 * 4096):
        content[start : start + 2048] = b"\xff" * 2048
    path.write_bytes(content)
    with pytest.raises(crmkit.Error) as raised, crmkit.open(path) as crm:
        if crm.check_integrity():
            raise crmkit.Corrupt("found by the check")
    assert raised.value.code == "corrupt"


def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    other = sqlite3.connect(path)
    other.execute("create table accounts (x)")
    other.commit()
    other.close()
    with pytest.raises(crmkit.Corrupt):
        crmkit.open(path)


def test_a_store_of_a_newer_crmkit(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    crmkit.open(path).close()
    raw = sqlite3.connect(path)
    raw.execute("update crmkit_settings set value = '999' where key = 'schema_version'")
    raw.commit()
    raw.close()
    content = path.read_bytes()
    with pytest.raises(crmkit.NewerSchema, match="999"):
        crmkit.open(path)
    assert path.read_bytes() == content


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(crmkit.InputOutputError) as raised:
        crmkit.open(tmp_path / "no" / "such" / "folder.db")
    assert isinstance(raised.value, OSError)
    with pytest.raises(crmkit.InputOutputError):
        crmkit.open(tmp_path / "absent.db", create=False)
    assert not (tmp_path / "absent.db").exists()
    with pytest.raises(crmkit.Error):
        crmkit.open(tmp_path)
    with pytest.raises(TypeError):
        crmkit.open(5)  # type: ignore[arg-type]


def test_bad_options(tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"durability": "perhaps"},
        {"busy_timeout": -1},
        {"busy_timeout": float("nan")},
        {"replica": 4096},
    ]
    for options in wrong:
        with pytest.raises(crmkit.InvalidArgument):
            crmkit.open(tmp_path / "a.db", **options)
    with pytest.raises(TypeError):
        crmkit.open(tmp_path / "a.db", durabilty="fast")  # type: ignore[call-arg]


def test_a_locked_file_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with crmkit.open(path, busy_timeout=0.05) as crm:
        crm.accounts.create(name="a")
        other = sqlite3.connect(path)
        other.execute("begin immediate")
        with pytest.raises(crmkit.Busy):
            crm.accounts.create(name="b")
        other.rollback()
        other.close()
        crm.accounts.create(name="c")
        assert crm.accounts.where().count() == 2


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    code = (
        "import crmkit, sys\n"
        "with crmkit.open(sys.argv[1], durability='fast') as crm:\n"
        "    for number in range(50):\n"
        "        crm.accounts.create(name=f'{sys.argv[2]}-{number}')\n"
    )
    with crmkit.open(path, durability="fast") as crm:
        others = [
            subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("a", "b")
        ]
        for number in range(50):
            crm.accounts.create(name=f"c-{number}")
        assert [other.wait(60) for other in others] == [0, 0]
        assert crm.accounts.where().count() == 150
        positions = [entry.position for entry in crm.changes_since(0, limit=10_000)]
        assert positions == list(range(1, len(positions) + 1))
        assert crm.check_integrity() == []


FILL_THE_DISK = """
import crmkit, sys
full = getattr(crmkit, sys.argv[2])
with crmkit.open(sys.argv[1] + '/a.db', durability='fast') as crm:
    stored = 0
    try:
        while True:
            ids = crm.accounts.create_many({'name': 'x' * 200} for _ in range(500))
            stored += len(ids)
    except full as error:
        assert isinstance(error, OSError)
    assert stored, 'the disk was full at once'
    assert crm.accounts.where().count() == stored
    assert crm.check_integrity() == []
"""


def run_in_shell(command: str, *before: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, "sh", "-c", command], capture_output=True, text=True, check=False
    )


def on_a_small_disk(folder: Path, code: str, *arguments: str) -> bool:
    """Runs a program where the folder is a disk of 4 MiB, which nobody else sees.

    False where this machine lets nobody mount a disk of his own.
    """
    mount = f'mount -t tmpfs -o size=4m none "{folder}"'
    own = ("unshare", "--user", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or run_in_shell(mount, *own).returncode != 0:
        return False
    done = run_in_shell(f"{mount} && {command_of(folder, code, *arguments)}", *own)
    assert done.returncode == 0, done.stderr
    return True


def command_of(folder: Path, code: str, *arguments: str) -> str:
    """How a program is run in a folder."""
    script = folder.parent / f"{folder.name}.py"
    script.write_text(code)
    return f'"{sys.executable}" "{script}" "{folder}" {" ".join(arguments)}'


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    if on_a_small_disk(tmp_path, FILL_THE_DISK, "DiskFull"):
        return
    # A limit on the size of files stands in for the end of the disk; to SQLite it is another error.
    limit = "ulimit -f 8192"  # in blocks of 512 bytes
    done = run_in_shell(f"{limit} && {command_of(tmp_path, FILL_THE_DISK, 'InputOutputError')}")
    assert done.returncode == 0, done.stderr


def test_paths_of_every_kind(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xff b.db"  # a name of a file is bytes, not always UTF-8
    for path in (str(tmp_path / "a.db"), tmp_path / "c.db", odd, os.fsdecode(odd)):
        with crmkit.open(path) as crm:
            crm.accounts.create(name="x")
    assert {os.fsencode(made.name) for made in tmp_path.iterdir()} == {
        b"a.db",
        b"c.db",
        b"\xff b.db",
    }
    with pytest.raises(crmkit.InvalidArgument, match="NUL"):
        crmkit.open(f"{tmp_path}/a.db\0.txt")
    with pytest.raises(crmkit.InvalidArgument, match="empty"):
        crmkit.open("")
    with crmkit.open(tmp_path / "a.db") as crm:
        for refused in ("", ":memory:", f"{tmp_path}/b.db\0.txt"):
            with pytest.raises(crmkit.InvalidArgument):
                crm.backup(refused)
    with pytest.raises(ValueError, match="surrogates"):
        crmkit.open(f"{tmp_path}/\ud800.db")


def test_closing_closes_the_file(tmp_path: Path) -> None:
    crm = crmkit.open(tmp_path / "a.db")
    crm.accounts.create(name="x")
    crm.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    with pytest.raises(crmkit.InvalidArgument, match="closed"):
        crm.check_integrity()


def test_closing_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    crm = crmkit.open(tmp_path / "a.db")
    with pytest.raises(crmkit.InvalidArgument, match="closed"), crm.transaction():
        crm.accounts.create(name="x")
        crm.close()
        with pytest.raises(crmkit.InvalidArgument, match="closed"):
            crm.accounts.create(name="y")
    with crmkit.open(tmp_path / "a.db") as again:
        assert again.accounts.where().count() == 0


def test_backup(crm: crmkit.Crm, tmp_path: Path) -> None:
    acme = crm.accounts.create(name="Acme")
    path = tmp_path / "copy.db"
    try:
        crm.backup(path)
    except crmkit.Unsupported:
        pytest.skip("a store in memory has no backup")
    with crmkit.open(path, read_only=True) as copy:
        assert copy.accounts.get(acme.id) == acme


def test_the_log_is_called(tmp_path: Path) -> None:
    lines: list[tuple[str, str]] = []
    with crmkit.open(tmp_path / "a.db", log=lambda level, line: lines.append((level, line))) as crm:
        crm.accounts.create(name="x")
    assert [level for level, _ in lines] == ["info"] * len(lines)
    assert lines[0][1].startswith("opened")
    assert lines[-1][1] == "closed"


def test_an_exception_in_another_thread_does_not_leak_here(me: crmkit.Session) -> None:
    caught: list[crmkit.Error] = []

    def fail() -> None:
        try:
            me.accounts.get(1)
        except crmkit.Error as error:
            caught.append(error)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join(10)
    assert isinstance(caught[0], crmkit.NotFound)
    me.accounts.create(name="x")
