#include "table.hpp"

#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "bulk.hpp"
#include "crmkit/model/registry.hpp"
#include "field_access.hpp"
#include "query.hpp"

namespace crmkit::python {

namespace {

TableObject& table_of(PyObject* self) { return *reinterpret_cast<TableObject*>(self); }

/// The record that is the argument of a call, when it is one of this entity; else null.
StructObject* record_of(const TableObject& table, py::handle given) {
    StructObject* const record = as_struct(given);
    return record != nullptr && record->type == table.type ? record : nullptr;
}

/// The live record with an id, or null.
py::object find_record(const StructType& type, SessionHandle& session, Id id) {
    std::string row;
    session.run([&](Session& open) {
        const auto found = open.stream(*type.entity, {&id, 1});
        if (found->next()) {
            row = found->packed().bytes();
        }
    });
    return row.empty() ? py::object() : make_record(type, PackedRow(row.data()));
}

py::object get(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("get()", arguments);
    const Id id = id_of(call.needed("id"), table.type->entity);
    call.finish();
    return get_record(*table.type, *table.session, id);
}

py::object get_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("get_many()", arguments);
    const py::handle given = call.needed("ids");
    call.finish();
    std::vector<Id> ids;
    py::list records;
    std::vector<void*> objects;
    for (const py::handle one : py::reinterpret_borrow<py::iterable>(given)) {
        ids.push_back(id_of(one, table.type->entity));
        py::object record = make_struct(*table.type);
        objects.push_back(struct_of(record).object());
        records.append(std::move(record));
    }
    auto next = objects.begin();
    table.session->run([&](Session& session) {
        session.read_many(*table.type->entity, ids, [&next] { return *next++; });
    });
    return records;
}

py::object find(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("find()", arguments);
    const Id id = id_of(call.needed("id"), table.type->entity);
    const py::handle deleted = call.option("deleted");
    call.finish();
    if (!deleted || PyObject_IsTrue(deleted.ptr()) != 1) {
        const py::object record = find_record(*table.type, *table.session, id);
        return record ? record : py::none();
    }
    py::object record = make_struct(*table.type);
    void* const object = struct_of(record).object();
    const bool found = table.session->run([&](Session& session) {
        return session.try_read(*table.type->entity, id, object, Deleted::shown);
    });
    return found ? record : py::none();
}

/// What a draft will be written as, which decides what it is refused for.
struct WrittenAs {
    enum Kind : std::uint8_t { created, updated, either } kind;
    Id id{};  ///< of the record that is updated
};

/// A struct for a write: a copy of the record that was given, or a new one; with the values.
py::object draft(const TableObject& table, py::handle given, const Call& call, WrittenAs as) {
    StructObject* const from = given ? record_of(table, given) : nullptr;
    if (given && from == nullptr) {
        throw py::type_error("expected a record of " + std::string(table.type->entity->name) +
                             ", not " + shown_object(given));
    }
    py::object made = make_struct(*table.type);
    StructObject& record = struct_of(made);
    if (from != nullptr) {
        table.type->structure->copy(record.object(), from->object());
        record.touched = from->touched;
    }
    FieldWriter writer(record);
    call.for_each_left([&](py::handle name, py::handle value) { writer.set(name, value); });
    FieldWriter::Others add_others;
    if (as.kind != WrittenAs::either) {
        add_others = [&](std::vector<Problem>& problems) {
            table.session->run([&](Session& session) {
                session.add_problems(record.view(), as.id, record.touched, problems);
            });
        };
    }
    writer.finish(add_others);
    return made;
}

/// Gives back what a write made: the record of the caller, which becomes as stored, or the draft.
py::object as_stored(const TableObject& table, py::handle given, py::object made) {
    StructObject& stored = struct_of(made);
    stored.touched.clear();
    if (!given) {
        return made;
    }
    StructObject& record = struct_of(given);
    table.type->structure->copy(record.object(), stored.object());
    record.touched.clear();
    return py::reinterpret_borrow<py::object>(given);
}

py::object create(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    const Call call("create()", arguments);
    const py::handle given = call.first();
    py::object made = draft(table, given, call, {WrittenAs::created});
    StructObject& record = struct_of(made);
    if (record.id()) {
        throw Error(ErrorCode::invalid_argument,
                    std::string(table.type->entity->name) + " " + to_string(record.id()) +
                        " is stored already: update() it, or create() its as_new()");
    }
    table.session->run([&](Session& session) { session.insert(record.view()); });
    return as_stored(table, given, std::move(made));
}

std::optional<std::int64_t> version_option(Call& call) {
    const py::handle given = call.option("version");
    return given && !given.is_none() ? std::optional(integer_argument(given, "version"))
                                     : std::nullopt;
}

/// New values for some fields of the record with an id.
py::object patch(const TableObject& table, Id id, std::optional<std::int64_t> version,
                 const Call& call) {
    const py::object values = draft(table, {}, call, {WrittenAs::updated, id});
    const StructObject& given = struct_of(values);
    Patch changes;
    for (const BoundField& field : table.type->fields) {
        if (given.touched.contains(field.index)) {
            changes.emplace_back(field.field->name, given.view().get(*field.field));
        }
    }
    py::object stored = make_struct(*table.type);
    StructObject& record = struct_of(stored);
    table.session->run([&](Session& session) {
        session.patch(*table.type->entity, id, changes, version, record.view());
    });
    return stored;
}

py::object update(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("update()", arguments);
    const py::handle given = call.needed("id");
    const auto version = version_option(call);
    if (record_of(table, given) == nullptr) {
        return patch(table, id_of(given, table.type->entity), version, call);
    }
    const Id id = struct_of(given).id();
    py::object made = draft(table, given, call, {WrittenAs::updated, id});
    StructObject& record = struct_of(made);
    if (version) {
        header_of(record.view()).version() = *version;
    }
    table.session->run([&](Session& session) { session.write(record.view()); });
    return as_stored(table, given, std::move(made));
}

py::object remove(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("delete()", arguments);
    const Id id = id_of(call.needed("id"), table.type->entity);
    const auto version = version_option(call);
    call.finish();
    table.session->run([&](Session& session) { session.remove(*table.type->entity, id, version); });
    return py::none();
}

py::object restore(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("restore()", arguments);
    const Id id = id_of(call.needed("id"), table.type->entity);
    call.finish();
    py::object record = make_struct(*table.type);
    void* const object = struct_of(record).object();
    table.session->run([&](Session& session) {
        session.restore(*table.type->entity, id);
        session.read(*table.type->entity, id, object);
    });
    return record;
}

std::vector<std::string> names_from(py::handle given) {
    if (PyUnicode_Check(given.ptr()) != 0) {
        return {text_argument(given, "upsert(): by")};
    }
    std::vector<std::string> names;
    for (const py::handle name : py::reinterpret_borrow<py::iterable>(given)) {
        names.push_back(text_argument(name, "upsert(): by"));
    }
    return names;
}

UpsertKey upsert_key(Call& call) {
    if (const py::handle by = call.option("by"); by && !by.is_none()) {
        return UpsertKey::fields(names_from(by));
    }
    return UpsertKey::external(call.text_option("system", {}), call.text_option("key", {}));
}

UpsertPolicy policy_option(Call& call) {
    constexpr UpsertPolicy policies[] = {UpsertPolicy::update, UpsertPolicy::create_or_fail,
                                         UpsertPolicy::skip, UpsertPolicy::replace};
    return policies[call.label_option("policy", {"update", "create_or_fail", "skip", "replace"})];
}

py::object upsert(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("upsert()", arguments);
    const UpsertPolicy policy = policy_option(call);
    const UpsertKey key = upsert_key(call);
    const py::handle given = call.first();
    py::object made = draft(table, given, call, {WrittenAs::either});
    StructObject& record = struct_of(made);
    const UpsertAction action = table.session->run([&](Session& session) {
        return session.upsert(key, record.view(), policy, &record.touched);
    });
    return py::make_tuple(as_stored(table, given, std::move(made)), to_str(label_of(action)));
}

/// An option, or null where it is None.
py::handle given_option(Call& call, const char* name) {
    const py::handle given = call.option(name);
    return given && !given.is_none() ? given : py::handle();
}

BulkMode mode_option(Call& call) {
    return call.label_option("mode", {"all_or_nothing", "good_rows"}) == 1
               ? BulkMode::good_rows
               : BulkMode::all_or_nothing;
}

BulkRows rows_of(Call& call) {
    return {.rows = call.needed("rows"),
            .fields = given_option(call, "fields"),
            .mode = mode_option(call)};
}

py::object create_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("create_many()", arguments);
    const BulkRows rows = rows_of(call);
    call.finish();
    return create_rows(*table.type, *table.session, rows);
}

py::object update_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("update_many()", arguments);
    const BulkRows rows = rows_of(call);
    call.finish();
    return update_rows(*table.type, *table.session, rows);
}

py::object delete_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("delete_many()", arguments);
    const py::handle ids = call.needed("ids");
    const BulkMode mode = mode_option(call);
    call.finish();
    return delete_rows(*table.type, *table.session, ids, mode);
}

py::object restore_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("restore_many()", arguments);
    const py::handle ids = call.needed("ids");
    const BulkMode mode = mode_option(call);
    call.finish();
    return restore_rows(*table.type, *table.session, ids, mode);
}

py::object upsert_many(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("upsert_many()", arguments);
    BulkRows rows = rows_of(call);
    const UpsertPolicy policy = policy_option(call);
    rows.keys = given_option(call, "keys");
    const UpsertKey key = upsert_key(call);
    call.finish();
    const bool has_key = key.field_names.empty() ? rows.keys && !key.system.empty() : !rows.keys;
    if (!has_key) {
        throw py::type_error("upsert_many() needs by=, or system= and keys=");
    }
    return upsert_rows(*table.type, *table.session, rows, key, policy);
}

py::object where(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    const Call call("where()", arguments);
    const py::handle text = call.first();
    auto parameters = std::make_shared<NamedValues>();
    call.for_each_left([&](py::handle name, py::handle value) { parameters->add(name, value); });
    return make_query(*table.type, table.session,
                      text ? text_argument(text, "where(): text") : std::string(),
                      std::move(parameters));
}

py::object aggregate(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    const Call call("aggregate()", arguments);
    const py::handle first = call.first();
    if (!first) {
        throw py::type_error("aggregate() needs an argument: text");
    }
    const std::string text = text_argument(first, "aggregate(): text");
    NamedValues parameters;
    call.for_each_left([&](py::handle name, py::handle value) { parameters.add(name, value); });
    return aggregate_rows(*table.type, *table.session, text, parameters);
}

py::object search(PyObject* self, const Arguments& arguments) {
    const TableObject& table = table_of(self);
    Call call("search()", arguments);
    const std::string text = text_argument(call.needed("text"), "search(): text");
    const py::handle limit = call.option("limit");
    call.finish();
    const std::int64_t most = limit ? integer_argument(limit, "search(): limit") : 20;
    if (most < 0) {
        throw Error(ErrorCode::invalid_argument, "search(): limit is negative");
    }
    std::string rows;
    table.session->run([&](Session& session) {
        const Entity& entity = *table.type->entity;
        const auto ids = session.search(entity, text, static_cast<std::size_t>(most));
        const auto found = session.stream(entity, ids);
        while (found->next()) {
            rows += found->packed().bytes();
        }
    });
    py::list found;
    RecordBatch batch(*table.type);
    batch.refill(rows);
    while (!batch.is_empty()) {
        found.append(batch.next());
    }
    return found;
}

PyObject* repr_of_table(PyObject* self) noexcept {
    return PyUnicode_FromFormat("<crmkit table %.100s>",
                                std::string(table_of(self).type->entity->plural).c_str());
}

void free_table(PyObject* self) noexcept {
    PyTypeObject* const type = Py_TYPE(self);
    table_of(self).session.~shared_ptr();
    type->tp_free(self);
    Py_DECREF(type);
}

PyMethodDef* table_methods() {
    static PyMethodDef methods[] = {
        fast_method_def<&get>("get",
                              "The record with this id. Raises NotFound, also for a "
                              "deleted one."),
        fast_method_def<&get_many>("get_many",
                                   "The records with these ids, in their order, by one search of "
                                   "the store. Raises NotFound with a problem for each that is not "
                                   "there."),
        fast_method_def<&find>("find",
                               "The record with this id, or None. A deleted one is found "
                               "only with deleted=True."),
        fast_method_def<&create>(
            "create",
            "Stores a new record, given by its fields or as an object, which then becomes as "
            "stored. Returns it. Raises ValidationError with all that is wrong, references to "
            "nothing among it; Duplicate."),
        fast_method_def<&update>(
            "update",
            "Writes new values of fields, by the record's id, or writes what differs in a record "
            "that was read, which then becomes as stored. Returns the record. Raises Conflict "
            "when a record was changed since it was read, or is not at `version`."),
        fast_method_def<&remove>("delete",
                                 "Deletes a record, by id or object; restore() brings it back. "
                                 "Raises Restricted when live records refer to it and their rule "
                                 "says so."),
        fast_method_def<&restore>("restore",
                                  "Brings a deleted record back, with what was deleted along with "
                                  "it. Returns it."),
        fast_method_def<&upsert>(
            "upsert",
            "Creates a record, or updates the one that is found by another system's key (system=, "
            "key=) or by fields of its own (by=). Returns the record and what was done. `policy` "
            "is what happens to a record that is found: update the fields that are given "
            "(\"update\"), raise Duplicate (\"create_or_fail\"), nothing (\"skip\"), or write "
            "every field (\"replace\")."),
        fast_method_def<&create_many>(
            "create_many",
            "Stores many records in one transaction: dicts, objects, or tuples in the order of "
            "`fields`, from any iterable. Returns their ids. With mode=\"good_rows\" the rows "
            "that are refused are left out, and their exceptions stand in the list."),
        fast_method_def<&update_many>(
            "update_many",
            "Writes many records in one transaction: records that were read and changed, or dicts "
            "and tuples with the id, the new values of some fields, and the version where that is "
            "to be compared. Returns and treats refused rows as create_many() does."),
        fast_method_def<&delete_many>(
            "delete_many",
            "Deletes many records, by id or object, in one transaction, as delete() does each. "
            "Returns and treats refused rows as create_many() does."),
        fast_method_def<&restore_many>(
            "restore_many",
            "Brings many deleted records back in one transaction, as restore() does each. Returns "
            "and treats refused rows as create_many() does."),
        fast_method_def<&upsert_many>(
            "upsert_many",
            "Creates many records in one transaction, or updates those that are found by fields of "
            "their own (by=) or by another system's keys (system=, and keys= with one for each "
            "row), as upsert() does each. Returns for each row its id and what was done; treats "
            "refused rows as create_many() does."),
        fast_method_def<&where>(
            "where",
            "The records that an expression matches, read when they are walked over: "
            "where(\"state = 'open' and owner = :me\", me=user). Raises ExpressionError, when "
            "it is walked over, with position and nearest known name."),
        fast_method_def<&aggregate>(
            "aggregate",
            "Groups and measures: aggregate(\"count(), sum(amount) by stage.name where state = "
            "'open'\"). A tuple for each group: its measures, then its values."),
        fast_method_def<&search>(
            "search",
            "The records that have every word of the text in a searchable field, accents and case "
            "folded; of the last word its start is enough. Best first."),
        {},
    };
    return methods;
}

PyTypeObject* make_table_class(const char* name, PyTypeObject* base) {
    PyType_Slot slots[] = {
        {Py_tp_doc, const_cast<char*>("The records of one entity: me.accounts, crm.contacts, …")},
        {Py_tp_dealloc, reinterpret_cast<void*>(&free_table)},
        {Py_tp_repr, reinterpret_cast<void*>(&repr_of_table)},
        {base == nullptr ? Py_tp_methods : 0, table_methods()},
        {0, nullptr},
    };
    PyType_Spec spec{
        name, static_cast<int>(sizeof(TableObject)), 0,
        static_cast<unsigned int>(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION |
                                  Py_TPFLAGS_BASETYPE),
        slots};
    const py::tuple bases = base == nullptr
                                ? py::tuple()
                                : py::make_tuple(py::handle(reinterpret_cast<PyObject*>(base)));
    PyObject* const made = PyType_FromSpecWithBases(&spec, base == nullptr ? nullptr : bases.ptr());
    if (made == nullptr) {
        throw py::error_already_set();
    }
    return reinterpret_cast<PyTypeObject*>(made);
}

/// The table class and the attribute of one entity; kept for as long as the process lives.
struct TableClass {
    const StructType* type;
    std::string name;
    std::string plural;
    std::string doc;
    PyTypeObject* made;
    PyGetSetDef attribute;
};

std::vector<std::unique_ptr<TableClass>>& table_classes() {
    static std::vector<std::unique_ptr<TableClass>> all;
    return all;
}

PyObject* get_table(PyObject* self, void* closure) noexcept {
    const auto& entry = *static_cast<const TableClass*>(closure);
    return guarded([&] {
        auto session = session_of(self);
        auto* const table = reinterpret_cast<TableObject*>(entry.made->tp_alloc(entry.made, 0));
        if (table == nullptr) {
            throw py::error_already_set();
        }
        table->type = entry.type;
        new (&table->session) std::shared_ptr<SessionHandle>(std::move(session));
        return py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(table));
    });
}

void add_attribute(py::handle owner, TableClass& entry) {
    auto* const type = reinterpret_cast<PyTypeObject*>(owner.ptr());
    const auto descriptor =
        py::reinterpret_steal<py::object>(PyDescr_NewGetSet(type, &entry.attribute));
    if (!descriptor) {
        throw py::error_already_set();
    }
    py::setattr(owner, entry.plural.c_str(), descriptor);
}

}  // namespace

py::object get_record(const StructType& type, SessionHandle& session, Id id) {
    py::object record = find_record(type, session, id);
    if (!record) {  // the session says so, unless there is one by now
        record = make_struct(type);
        void* const object = struct_of(record).object();
        session.run([&](Session& open) { open.read(*type.entity, id, object); });
    }
    return record;
}

void bind_tables(py::module_& module, py::handle session_class, py::handle crm_class) {
    PyTypeObject* const base = make_table_class("crmkit.Table", nullptr);
    const py::handle base_class(reinterpret_cast<PyObject*>(base));
    make_generic(base_class);
    module.attr("Table") = base_class;
    for (const Entity* entity : standard_registry().entities()) {
        auto entry = std::make_unique<TableClass>();
        entry->type = &type_of(*entity);
        entry->name = "crmkit." + entry->type->class_name + "Table";
        entry->plural = entity->plural;
        entry->doc =
            "The records of " + std::string(entity->name) + ": " + std::string(entity->help);
        entry->made = make_table_class(entry->name.c_str(), base);
        entry->attribute = PyGetSetDef{entry->plural.c_str(), &get_table, nullptr,
                                       entry->doc.c_str(), entry.get()};
        module.attr(entry->name.c_str() + sizeof("crmkit")) =
            py::handle(reinterpret_cast<PyObject*>(entry->made));
        add_attribute(session_class, *entry);
        add_attribute(crm_class, *entry);
        table_classes().push_back(std::move(entry));
    }
}

}  // namespace crmkit::python
