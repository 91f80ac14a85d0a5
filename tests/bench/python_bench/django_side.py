"""Contacts by Django's object-relational mapper."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import django
from django import conf, db
from django.db import models, transaction

from python_bench.specimen import PRAGMAS, Person


def _model(path: Path) -> Any:
    """A model of the table of contacts, as its columns are."""
    connection = sqlite3.connect(path)
    columns = connection.execute("pragma table_info(contacts)").fetchall()
    connection.close()
    meta = type("Meta", (), {"app_label": "bench", "db_table": "contacts", "managed": False})
    body: dict[str, object] = {"__module__": __name__, "Meta": meta}
    for _, name, kind, is_required, _, is_key in columns:
        if is_key:
            body[name] = models.BigAutoField(primary_key=True)
        elif kind == "INTEGER":
            body[name] = models.BigIntegerField(null=not is_required)
        else:
            body[name] = models.TextField(null=not is_required)
    return type("Contact", (models.Model,), body)


class Django:
    """The model, on one connection, as a request has it."""

    name = f"Django {django.get_version()} ORM"

    def __init__(self, path: Path) -> None:
        """Configures Django for this file; once in a process."""
        pragmas = "; ".join(f"pragma {name} = {value}" for name, value in PRAGMAS.items())
        conf.settings.configure(
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": path,
                    "OPTIONS": {"init_command": pragmas},
                }
            }
        )
        django.setup()
        self.contact = _model(path)

    def get(self, record: int) -> object:
        """One by its id."""
        return self.contact.objects.get(pk=record)

    def page(self, account: int) -> object:
        """The first hundred of an account, and whether there are more."""
        live = self.contact.objects.filter(account=account, deleted_at__isnull=True)
        return list(live.order_by("last_name", "id")[:101])

    def iterate(self) -> None:
        """Walks over all, some thousand at a time."""
        live = self.contact.objects.filter(deleted_at__isnull=True)
        for _ in live.order_by("id").iterator():
            pass

    def change(self, record: int, job_title: str) -> None:
        """Gets one, changes a field and commits."""
        contact = self.contact.objects.get(pk=record)
        contact.job_title = job_title
        contact.save(update_fields=["job_title"])

    def create_many(self, _people: list[Person], rows: list[dict[str, object]]) -> None:
        """Creates an object for each row, by bulk_create(), and commits."""
        with transaction.atomic():
            self.contact.objects.bulk_create([self.contact(**row) for row in rows])

    def close(self) -> None:
        """Closes the connection."""
        db.connections.close_all()
