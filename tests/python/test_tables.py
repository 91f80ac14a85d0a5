"""Tables: one record, and many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import crmkit
from crmkit import Account, Money


def test_create_by_keyword_and_by_object(me: crmkit.Session, user: crmkit.User) -> None:
    acme = me.accounts.create(name="Acme", industry="steel")
    assert acme.id > 0
    assert (acme.version, acme.created_by, acme.deleted_at) == (1, user.id, None)
    assert acme.owner == crmkit.Link.to(user)
    given = Account(name="Globex")
    assert me.accounts.create(given, rating="hot") is given
    assert (given.id > acme.id, given.rating) == (True, "hot")
    with pytest.raises(crmkit.InvalidArgument, match="stored already"):
        me.accounts.create(given)
    with pytest.raises(TypeError):
        me.accounts.create(crmkit.Contact(last_name="x"))  # type: ignore[arg-type]


def test_a_failed_create_leaves_the_object_alone(me: crmkit.Session) -> None:
    given = Account(name="Acme", year_established=0, credit_limit=Money(-1, "EUR"))
    with pytest.raises(crmkit.ValidationError) as raised:
        me.accounts.create(given)
    assert {problem.field for problem in raised.value.problems} == {
        "year_established",
        "credit_limit",
    }
    assert given.id == 0
    assert me.accounts.where().all() == []


def test_a_reference_to_nothing_is_what_the_help_says(me: crmkit.Session) -> None:
    with pytest.raises(crmkit.ValidationError) as raised:
        me.accounts.create(name="Acme", parent_account=77)
    assert raised.value.problems[0].field == "parent_account"
    assert not isinstance(raised.value, crmkit.NotFound)
    documentation = me.accounts.create.__doc__ or ""
    assert "references to nothing" in documentation
    assert "NotFound" not in documentation


def test_get_and_find(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    assert me.accounts.get(acme.id) == acme
    assert me.accounts.get(acme) == acme
    assert me.accounts.get(id=acme.id) == acme
    assert me.accounts.find(acme.id) == acme
    assert me.accounts.find(1) is None
    with pytest.raises(crmkit.NotFound, match="account") as raised:
        me.accounts.get(1)
    assert isinstance(raised.value, KeyError)
    assert raised.value.code == "not_found"
    contact = me.contacts.create(last_name="x")
    with pytest.raises(crmkit.ValidationError, match="another entity"):
        me.accounts.get(contact)  # type: ignore[arg-type]
    for wrong in ("x", None, 1.5):
        with pytest.raises(crmkit.ValidationError):
            me.accounts.get(wrong)  # type: ignore[arg-type]
    get: Any = me.accounts.get
    for arguments in ((), (1, 2)):
        with pytest.raises(TypeError):
            get(*arguments)
    with pytest.raises(TypeError, match="unexpected keyword argument 'idd'"):
        me.accounts.get(1, idd=2)  # type: ignore[call-arg]


def test_update_by_id_writes_what_is_named(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme", industry="steel")
    changed = me.accounts.update(acme.id, industry=None, rating="hot")
    assert (changed.name, changed.industry, changed.rating) == ("Acme", None, "hot")
    assert changed.version == 2
    assert acme.version == 1
    with pytest.raises(crmkit.Conflict):
        me.accounts.update(acme.id, version=1, rating="cold")
    assert me.accounts.update(acme.id, version=2, rating="cold").rating == "cold"
    with pytest.raises(crmkit.UnknownField, match="nearest is 'rating'"):
        me.accounts.update(acme.id, ratign="hot")  # type: ignore[call-arg]


def test_update_by_object_is_refused_when_it_is_stale(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    stale = me.accounts.get(acme.id)
    acme.industry = "steel"
    assert me.accounts.update(acme) is acme
    assert acme.version == 2
    assert me.accounts.update(acme, rating="hot").version == 3
    stale.industry = "glass"
    with pytest.raises(crmkit.Conflict, match="version"):
        me.accounts.update(stale)
    assert (stale.industry, stale.version) == ("glass", 1)
    assert me.accounts.get(acme.id) == acme


def test_delete_and_restore(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    me.accounts.delete(acme)
    assert me.accounts.find(acme.id) is None
    gone = me.accounts.find(acme.id, deleted=True)
    assert gone is not None
    assert gone.deleted_at is not None
    with pytest.raises(crmkit.NotFound):
        me.accounts.delete(acme.id)
    back = me.accounts.restore(acme.id)
    assert (back.name, back.deleted_at) == ("Acme", None)
    with pytest.raises(crmkit.Conflict):
        me.accounts.delete(acme.id, version=1)


def test_upsert_by_the_key_of_another_system(me: crmkit.Session) -> None:
    acme, action = me.accounts.upsert(system="erp", key="C-1", name="Acme", industry="steel")
    assert action == "created"
    again, action = me.accounts.upsert(system="erp", key="C-1", industry="glass")
    assert (action, again.id, again.name, again.industry) == ("updated", acme.id, "Acme", "glass")
    assert me.accounts.upsert(system="erp", key="C-1", industry="glass")[1] == "unchanged"
    kept, action = me.accounts.upsert(system="erp", key="C-1", policy="skip", name="Other")
    assert (action, kept.name) == ("skipped", "Acme")
    replaced, _ = me.accounts.upsert(system="erp", key="C-1", policy="replace", name="Acme 2")
    assert (replaced.name, replaced.industry) == ("Acme 2", None)
    with pytest.raises(crmkit.Duplicate):
        me.accounts.upsert(system="erp", key="C-1", policy="create_or_fail", name="x")
    with pytest.raises(crmkit.InvalidArgument, match="policy 'maybe'"):
        me.accounts.upsert(system="erp", key="C-1", policy="maybe")  # type: ignore[arg-type]
    with pytest.raises(crmkit.InvalidArgument):
        me.accounts.upsert(name="x")


def test_upsert_by_fields_of_its_own(me: crmkit.Session) -> None:
    first, action = me.contacts.upsert(by="email", last_name="L", email="l@example.com")
    assert action == "created"
    second, action = me.contacts.upsert(by=["email"], last_name="M", email="l@example.com")
    assert (action, second.id, second.last_name) == ("updated", first.id, "M")
    given = crmkit.Contact(last_name="N", email="l@example.com")
    stored, action = me.contacts.upsert(given, by="email")
    assert stored is given
    assert (given.id, given.last_name, given.version) == (first.id, "N", 3)
    # An entity that has fields of these names takes them as such.
    link = crmkit.Link.to(first)
    values: dict[str, Any] = {"system": "erp", "key": "7", "record": link}
    assert me.external_ids.upsert(by=["system", "key"], **values)[1] == "created"


def test_create_many_from_dicts_objects_and_tuples(me: crmkit.Session) -> None:
    def rows() -> Iterator[dict[str, object] | Account]:
        for number in range(300):
            yield {"name": f"a{number}", "number_of_employees": number}
            yield Account(name=f"b{number}")

    ids = me.accounts.create_many(rows())
    assert len(ids) == 600
    assert ids == sorted(set(ids))
    assert me.accounts.get(ids[2]).name == "a1"
    assert me.accounts.get(ids[599]).name == "b299"
    more = me.contacts.create_many(
        [("Ada", "Lovelace"), ["Alan", "Turing"]], fields=["first_name", "last_name"]
    )
    assert me.contacts.get(more[1]).last_name == "Turing"
    assert me.accounts.create_many([]) == []


def test_create_many_keeps_all_or_nothing(me: crmkit.Session) -> None:
    rows: list[Any] = [{"name": "a"}, {"name": "b"}, {"name": 5, "nmae": "x"}]
    with pytest.raises(crmkit.UnknownField) as raised:
        me.accounts.create_many(rows)
    assert raised.value.row == 2
    assert str(raised.value).startswith("rows[2]: ")
    with pytest.raises(crmkit.ValidationError) as refused:
        me.accounts.create_many([{"name": "a"}, {}])
    assert refused.value.row == 1
    assert refused.value.problems[0].field == "name"
    for wrong in ("text", 5, {"name"}, ("a",)):
        with pytest.raises(crmkit.ValidationError):
            me.accounts.create_many([wrong])  # type: ignore[list-item]
    with pytest.raises(crmkit.ValidationError, match="2 values for 1 field"):
        me.accounts.create_many([("a", "b")], fields=["name"])
    with pytest.raises(crmkit.NotFound, match="nearest is 'name'"):
        me.accounts.create_many([], fields=["nmae"])
    with pytest.raises(crmkit.ValidationError, match=r"rows\[0\]: the row is a Contact"):
        me.accounts.create_many([crmkit.Contact()])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        me.accounts.create_many(5)  # type: ignore[call-overload]
    assert me.accounts.where().all() == []


def test_a_row_with_a_wrong_type_is_told_all_that_is_wrong(me: crmkit.Session) -> None:
    rows: list[Any] = [{"industry": 5, "parent_account": 77}]
    with pytest.raises(crmkit.ValidationError) as raised:
        me.accounts.create_many(rows)
    assert {problem.field for problem in raised.value.problems} == {
        "industry",
        "name",
        "parent_account",
    }
    with pytest.raises(crmkit.ValidationError) as tuples:
        me.accounts.create_many([(5, 77)], fields=["industry", "parent_account"])
    assert tuples.value.problems == raised.value.problems
    known = me.accounts.create(name="a")
    changes: list[Any] = [{"id": known.id, "industry": 5, "parent_account": 77}]
    with pytest.raises(crmkit.ValidationError) as changed:
        me.accounts.update_many(changes)
    assert {problem.field for problem in changed.value.problems} == {"industry", "parent_account"}


def test_create_many_keeps_the_good_rows(me: crmkit.Session) -> None:
    rows: list[Any] = [{"name": "a"}, {"name": 5}, {}, {"name": "b"}]
    results = me.accounts.create_many(rows, mode="good_rows")
    assert [isinstance(result, int) for result in results] == [True, False, False, True]
    for row in (1, 2):
        refused = results[row]
        assert isinstance(refused, crmkit.ValidationError)
        assert refused.row == row
        assert refused.problems[0].field == "name"
    assert sorted(account.name for account in me.accounts.where()) == ["a", "b"]


def test_update_many_from_dicts_objects_and_tuples(me: crmkit.Session) -> None:
    ids = me.accounts.create_many({"name": f"a{number}"} for number in range(300))
    assert me.accounts.update_many({"id": one, "industry": "steel"} for one in ids) == ids
    assert me.accounts.where("industry = 'steel'").count() == 300
    account = me.accounts.get(ids[0])
    account.industry = "wood"
    me.accounts.update_many([account])
    me.accounts.update_many([(ids[1], "glass")], fields=["id", "industry"])
    industries = [me.accounts.get(one).industry for one in ids[:3]]
    assert industries == ["wood", "glass", "steel"]
    with pytest.raises(crmkit.Conflict) as stale:
        me.accounts.update_many([account])
    assert stale.value.row == 0
    results = me.accounts.update_many(
        [
            {"id": ids[0], "version": 3, "industry": "paper"},
            {"id": ids[0], "version": 3, "industry": "late"},
            {"industry": "whose?"},
            {"id": ids[1], "nmae": "x"},
            {"id": 7, "industry": "none"},
            {"id": ids[2], "created_at": None},
        ],
        mode="good_rows",
    )
    assert results[0] == ids[0]
    kinds = [type(result) for result in results[1:]]
    assert kinds == [
        crmkit.Conflict,
        crmkit.ValidationError,
        crmkit.UnknownField,
        crmkit.NotFound,
        crmkit.ValidationError,
    ]
    assert [getattr(result, "row", None) for result in results[1:]] == [1, 2, 3, 4, 5]
    assert me.accounts.get(ids[0]).industry == "paper"


def test_delete_many_and_restore_many(me: crmkit.Session) -> None:
    ids = me.accounts.create_many({"name": f"a{number}"} for number in range(5))
    account = me.accounts.get(ids[0])
    assert me.accounts.delete_many([account]) == ids[:1]
    assert me.accounts.delete_many(iter(ids[1:3])) == ids[1:3]
    with pytest.raises(crmkit.NotFound) as missing:
        me.accounts.delete_many([ids[3], ids[0]])
    assert missing.value.row == 1
    assert me.accounts.where().count() == 2
    mixed: list[Any] = [ids[3], "x", ids[0], ids[4]]
    results = me.accounts.delete_many(mixed, mode="good_rows")
    assert (results[0], results[3]) == (ids[3], ids[4])
    assert isinstance(results[1], crmkit.ValidationError)
    assert isinstance(results[2], crmkit.NotFound)
    assert [getattr(result, "row", None) for result in results] == [None, 1, 2, None]
    assert me.accounts.restore_many(ids) == ids
    assert me.accounts.where().count() == 5
    with pytest.raises(crmkit.ValidationError):
        me.accounts.delete_many(mixed)


def test_upsert_many(me: crmkit.Session) -> None:
    rows = [{"name": "A", "industry": "steel"}, {"name": "B"}]
    first = me.accounts.upsert_many(rows, system="erp", keys=["1", "2"])
    assert [action for _, action in first] == ["created", "created"]
    again = me.accounts.upsert_many([{"industry": "wood"}], system="erp", keys=iter(["1"]))
    assert again == [(first[0][0], "updated")]
    assert me.accounts.get(first[0][0]).name == "A"
    by_name = me.accounts.upsert_many(
        [("A", "x"), ("C", "x")], fields=["name", "industry"], by="name", policy="skip"
    )
    assert [action for _, action in by_name] == ["skipped", "created"]
    mixed: list[Any] = [{"name": "D"}, {"name": 5}, {"name": "E"}]
    results = me.accounts.upsert_many(mixed, by=["name"], mode="good_rows")
    assert isinstance(results[1], crmkit.ValidationError)
    assert results[1].row == 1
    assert me.accounts.where().count() == 5
    for keys in (["1"], ["1", "2", "3"]):
        with pytest.raises(ValueError, match="keys than rows"):
            me.accounts.upsert_many(rows, system="erp", keys=keys)
    wrong_keys: list[dict[str, Any]] = [
        {},
        {"system": "erp"},
        {"by": "name", "keys": ["1", "2"]},
    ]
    for wrong in wrong_keys:
        with pytest.raises(TypeError, match="by="):
            me.accounts.upsert_many(rows, **wrong)
    assert me.accounts.where().count() == 5


def test_an_exception_of_the_iterable_undoes_all(me: crmkit.Session) -> None:
    failure = RuntimeError("the file ended")

    def rows() -> Iterator[dict[str, str]]:
        for number in range(1000):
            yield {"name": str(number)}
        raise failure

    with pytest.raises(RuntimeError) as raised:
        me.accounts.create_many(rows())
    assert raised.value is failure
    assert me.accounts.where().all() == []


def test_rows_may_be_read_from_the_same_session(me: crmkit.Session) -> None:
    me.accounts.create_many({"name": f"a{number}"} for number in range(500))
    copies = me.accounts.create_many(a.as_new() for a in me.accounts.where().all())
    assert len(copies) == 500


def test_search(me: crmkit.Session) -> None:
    strasse = me.accounts.create(name="Müller Straßenbau")
    me.accounts.create(name="Acme")
    for text in ("muller strass", "MÜLLER", "Straßenb", "mull"):
        assert me.accounts.search(text) == [strasse]
    for text in ("mull stras", "nothing", "", "'\"*()", "\0"):
        assert me.accounts.search(text) == []
    me.accounts.create(name="Muller")
    assert len(me.accounts.search("m", limit=1)) == 1
    with pytest.raises(crmkit.InvalidArgument, match="limit"):
        me.accounts.search("m", limit=-1)
    with pytest.raises(TypeError, match="limit"):
        me.accounts.search("m", limit="1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="text"):
        me.accounts.search(5)  # type: ignore[arg-type]
    me.accounts.delete(strasse)
    assert me.accounts.search("strass") == []


def test_aggregate(me: crmkit.Session) -> None:
    me.accounts.create(name="a", industry="steel", annual_revenue=Money(5, "EUR"))
    me.accounts.create(name="b", industry="steel", annual_revenue=Money(7, "EUR"))
    me.accounts.create(name="c", industry="glass")
    rows = me.accounts.aggregate("count(), sum(annual_revenue) by industry order by industry")
    assert rows == [(1, None, "glass"), (2, Money(12, "EUR"), "steel")]
    assert me.accounts.aggregate("count() where industry = :i", i="steel") == [(2,)]
    with pytest.raises(crmkit.ExpressionError):
        me.accounts.aggregate("count(")


def test_tables_by_name_or_class(me: crmkit.Session) -> None:
    acme = me.accounts.create(name="Acme")
    for entity in (Account, "account", "accounts"):
        assert me.table(entity).get(acme.id) == acme
    with pytest.raises(crmkit.NotFound):
        me.table("acount")
    assert repr(me.accounts) == "<crmkit table accounts>"


def test_what_the_library_alone_writes(deal: crmkit.Opportunity, me: crmkit.Session) -> None:
    with pytest.raises(crmkit.PermissionDenied):
        me.stage_histories.create(opportunity=deal)
    assert me.stage_histories.where("opportunity = :deal", deal=deal).first() is not None
