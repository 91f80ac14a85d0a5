"""Queries as Arrow C streams: what pyarrow makes of them, and what holds without any consumer."""

from __future__ import annotations

import ctypes
import gc
import threading
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest

import crmkit
from crmkit import Money


@pytest.fixture
def arrow() -> Any:
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed: no consumer to test")


@pytest.fixture
def thousand(me: crmkit.Session) -> list[int]:
    return me.accounts.create_many(
        {"name": f"a{number:04}", "number_of_employees": number or None} for number in range(1000)
    )


def is_stream(capsule: object) -> bool:
    valid = ctypes.pythonapi.PyCapsule_IsValid
    valid.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return bool(valid(capsule, b"arrow_array_stream"))


def test_a_capsule_may_be_dropped_unread(crm: crmkit.Crm, me: crmkit.Session) -> None:
    me.accounts.create(name="Acme")
    query = me.accounts.where()
    for columns in (query, query.arrow(), query.arrow("id", batch_rows=1)):
        capsule = columns.__arrow_c_stream__()
        assert is_stream(capsule)
        assert is_stream(columns.__arrow_c_stream__(None))
        assert is_stream(columns.__arrow_c_stream__(requested_schema=None))
    held = query.__arrow_c_stream__()
    del capsule, query, columns
    gc.collect()
    me.accounts.create(name="Later")  # the stream in `held` hinders nobody
    crm.close()
    del held


def test_what_is_wrong_is_said_when_the_stream_is_made(me: crmkit.Session) -> None:
    columns = me.accounts.where("nmae = 'x'").arrow()
    assert repr(columns) == "<crmkit columns of accounts: nmae = 'x'>"
    with pytest.raises(crmkit.ExpressionError, match="nearest is 'name'"):
        columns.__arrow_c_stream__()
    with pytest.raises(crmkit.NotFound, match="nearest is 'name'"):
        me.accounts.where().arrow("nmae").__arrow_c_stream__()
    for rows in (0, 2**21):
        with pytest.raises(crmkit.Error, match="records was asked for"):
            me.accounts.where().arrow(batch_rows=rows).__arrow_c_stream__()
    with pytest.raises(TypeError):
        me.accounts.where().arrow(7)  # type: ignore[arg-type]


def test_every_field_reads_as_the_record_has_it(
    me: crmkit.Session, deal: crmkit.Opportunity, arrow: Any
) -> None:
    contact = me.contacts.create(
        last_name="Lovelace", birth_date=date(1815, 12, 10), social_profiles=["a;b", "c"]
    )
    wire = me.products.create(name="Wire", weight=Decimal("0.125"), images=["https://a.example"])
    for table, record in ((me.contacts, contact), (me.opportunities, deal), (me.products, wire)):
        read = arrow.table(table.where("id = :id", id=record.id))
        read.validate(full=True)
        row = read.to_pylist()[0]
        for name in type(record).fields:
            value = getattr(record, name)
            if isinstance(value, Money):
                assert (row[name], row[f"{name}_currency"]) == (value.amount, value.currency)
            elif isinstance(value, crmkit.Link):
                assert (row[name], row[f"{name}_entity"]) == (value.id, value.entity)
            else:
                assert row[name] == (value or None if isinstance(value, list | str) else value)


def test_the_types_are_those_that_readers_compute_with(me: crmkit.Session, arrow: Any) -> None:
    schema = arrow.table(me.opportunities.where()).schema
    labels = arrow.dictionary(arrow.int16(), arrow.utf8())
    expected = {
        "id": arrow.int64(),
        "created_at": arrow.timestamp("us", "UTC"),
        "owner": arrow.int64(),
        "owner_entity": labels,
        "name": arrow.utf8(),
        "account": arrow.int64(),
        "state": labels,
        "is_on_hold": arrow.bool_(),
        "amount": arrow.decimal128(23, 4),
        "amount_currency": arrow.utf8(),
        "close_date": arrow.date32(),
        "probability": arrow.int64(),
        "exchange_rate": arrow.decimal128(19, 9),
    }
    assert {name: schema.field(name).type for name in expected} == expected
    assert schema.field("competitors").type.value_type == arrow.utf8()
    assert not schema.field("id").nullable
    assert not schema.field("state").nullable
    assert schema.field("account").nullable


def test_fields_and_batches_are_chosen(me: crmkit.Session, thousand: list[int], arrow: Any) -> None:
    query = me.accounts.where("number_of_employees >= :least", least=10).order_by("name")
    columns = query.arrow("number_of_employees", "name", batch_rows=300)
    read = arrow.table(columns)
    assert read.column_names == ["number_of_employees", "name"]
    assert [len(batch) for batch in read.to_batches()] == [300, 300, 300, 90]
    assert read["number_of_employees"].to_pylist() == list(range(10, 1000))
    assert arrow.table(columns).equals(read)  # as often as wanted
    every = arrow.table(me.accounts.where().order_by("name"))
    assert every["number_of_employees"].null_count == 1
    assert every["id"].to_pylist() == thousand
    assert arrow.table(me.accounts.where("name = 'none'")).num_rows == 0


def test_labels_become_a_dictionary_with_all_of_them(me: crmkit.Session, arrow: Any) -> None:
    me.accounts.create_many([{"name": "a", "rating": "hot"}, {"name": "b"}])
    read = arrow.table(me.accounts.where().order_by("name").arrow("rating"))
    assert read["rating"].to_pylist() == ["hot", None]
    assert read["rating"].chunk(0).dictionary.to_pylist() == ["hot", "warm", "cold"]


def test_a_reader_outlives_its_query_and_session(
    crm: crmkit.Crm, thousand: list[int], arrow: Any
) -> None:
    reader = arrow.RecordBatchReader.from_stream(
        crm.accounts.where().order_by("name").arrow("id", batch_rows=400)
    )
    first = reader.read_next_batch()
    gc.collect()
    assert reader.read_all()["id"].to_pylist() == thousand[400:]
    rest = arrow.RecordBatchReader.from_stream(crm.accounts.where().arrow("id", batch_rows=10))
    rest.read_next_batch()
    crm.close()
    with pytest.raises(arrow.ArrowInvalid, match="closed"):
        rest.read_next_batch()
    assert first["id"].to_pylist() == thousand[:400]


def test_threads_read_streams_of_one_session(
    me: crmkit.Session, thousand: list[int], arrow: Any
) -> None:
    found: list[int] = []

    def read() -> None:
        for _ in range(5):
            columns = me.accounts.where().arrow("id", batch_rows=50)
            found.append(len(set(arrow.table(columns)["id"].to_pylist())))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [len(thousand)] * 20


def test_instants_and_dates_keep_their_ends(me: crmkit.Session, arrow: Any) -> None:
    me.contacts.create(last_name="Old", birth_date=date(1, 1, 1))
    read = arrow.table(me.contacts.where().arrow("birth_date", "created_at"))
    assert read["birth_date"].to_pylist() == [date(1, 1, 1)]
    created = read["created_at"].to_pylist()[0]
    assert isinstance(created, datetime)
    assert created.astimezone(timezone.utc) == me.contacts.where().all()[0].created_at
