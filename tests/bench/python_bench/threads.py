"""P6: two Python threads that read, each in a session of its own, beside one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import crmkit
from python_bench.rounds import WALL, best_of
from python_bench.specimen import Specimen
from python_bench.table import Subject, Table

Contacts = crmkit.Table[crmkit.Contact]


def _in_threads(work: Callable[[Contacts], None], tables: list[Contacts]) -> None:
    threads = [threading.Thread(target=work, args=(contacts,)) for contacts in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def bench(specimen: Specimen, table: Table) -> None:
    """Adds a line for each way to read."""
    user = specimen.crm.ensure_user("Ada Lovelace", "ada@example.com")
    sessions = [specimen.crm.as_user(user) for _ in range(2)]
    tables: list[Contacts] = [session.contacts for session in sessions]
    wanted = specimen.some(specimen.contacts, specimen.extent.calls)
    accounts = specimen.some(specimen.accounts, specimen.extent.calls // 20)

    def iterate(contacts: Contacts) -> None:
        for _ in contacts.where():
            pass

    def page(contacts: Contacts) -> None:
        for account in accounts:
            query = contacts.where("account = :account", account=account)
            query.order_by("last_name").page(100)

    def get(contacts: Contacts) -> None:
        for record in wanted:
            contacts.get(record)

    for name, units, target, work in (
        ("two threads iterate over all, per row", len(specimen.contacts), 1.6, iterate),
        ("two threads read pages of 100", len(accounts), 1.6, page),
        ("two threads get by id", len(wanted), None, get),
    ):
        # Two threads do the work twice.
        both, one = best_of(
            specimen.extent.rounds,
            units,
            partial(_in_threads, work, tables),
            partial(work, tables[0]),
            meter=WALL,
        )
        table.compare(Subject("P6", name, "one thread"), both / 2, one, target)
