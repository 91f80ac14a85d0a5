"""Contacts by SQLAlchemy's object-relational mapper, its engine's pool as it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from python_bench.specimen import PRAGMAS, Person


class SqlAlchemy:
    """The table of contacts as a mapped class; a session for each unit of work."""

    name = f"SQLAlchemy {sa.__version__} ORM"

    def __init__(self, path: Path) -> None:
        """Reads the table from the file."""
        self.engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self.engine, "connect", _set_pragmas)
        key = sa.Column("id", sa.Integer, primary_key=True)  # which SQLite says may be null
        table = sa.Table("contacts", sa.MetaData(), key, autoload_with=self.engine)
        self.contact: Any = type("Contact", (), {})
        orm.registry().map_imperatively(self.contact, table)

    def get(self, record: int) -> object:
        """One by its id."""
        with orm.Session(self.engine) as session:
            return session.get(self.contact, record)

    def page(self, account: int) -> object:
        """The first hundred of an account, and whether there are more."""
        contact = self.contact
        query = (
            sa.select(contact)
            .where(contact.account == account, contact.deleted_at.is_(None))
            .order_by(contact.last_name, contact.id)
            .limit(101)
        )
        with orm.Session(self.engine) as session:
            return session.scalars(query).all()

    def iterate(self) -> None:
        """Walks over all, a thousand at a time."""
        contact = self.contact
        query = sa.select(contact).where(contact.deleted_at.is_(None)).order_by(contact.id)
        with orm.Session(self.engine) as session:
            for _ in session.scalars(query.execution_options(yield_per=1000)):
                pass

    def change(self, record: int, job_title: str) -> None:
        """Gets one, changes a field and commits."""
        with orm.Session(self.engine) as session:
            session.get(self.contact, record).job_title = job_title
            session.commit()

    def create_many(self, _people: list[Person], rows: list[dict[str, object]]) -> None:
        """Creates an object for each row, and commits."""
        with orm.Session(self.engine) as session:
            for row in rows:
                contact = self.contact()
                for name, value in row.items():
                    setattr(contact, name, value)
                session.add(contact)
            session.commit()

    def close(self) -> None:
        """Closes the pool's connections."""
        self.engine.dispose()


def _set_pragmas(connection: Any, _record: object) -> None:
    for name, value in PRAGMAS.items():
        connection.execute(f"pragma {name} = {value}")
