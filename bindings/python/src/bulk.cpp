#include "bulk.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "field_access.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// What becomes of rows, to be told in their order.
class Outcomes {
  public:
    /// One more row. Returns its number.
    std::size_t add_row() { return row_count_++; }
    /// The row of this number goes to the session.
    void pass_on(std::size_t row) { passed_on_.push_back(row); }
    /// The last row is refused with the exception of this moment.
    void refuse() {
        const py::error_already_set raised;
        refused_.emplace_back(last_row(), raised.value());
    }
    /// The number of the row that was added last.
    [[nodiscard]] std::size_t last_row() const { return row_count_ - 1; }

    /// A list with what `shown` makes of each row's result, or with the exception that refused it.
    template <typename Shown>
    py::list list(const std::vector<RowResult>& results, Shown shown) const {
        py::list out(row_count_);
        for (std::size_t i = 0; i < results.size(); ++i) {
            const std::size_t row = passed_on_[i];
            out[row] = results[i].error ? with_row(to_exception(*results[i].error), row)
                                        : py::object(shown(results[i]));
        }
        for (const auto& [row, exception] : refused_) {
            out[row] = with_row(exception, row);
        }
        return out;
    }

  private:
    static py::object with_row(py::object exception, std::size_t row) {
        exception.attr("row") = row;
        return exception;
    }

    std::size_t row_count_ = 0;
    std::vector<std::size_t> passed_on_{};
    std::vector<std::pair<std::size_t, py::object>> refused_{};
};

/// What rows are about: records to create, records that may be there, or records that are, of which
/// they say by id, and perhaps by version, which.
enum class RowsAre : std::uint8_t { of_new_records, of_any_record, of_known_records };

/// Reads Python rows into structs, a batch each time that it takes the GIL.
class RowReader {
  public:
    RowReader(const StructType& type, const BulkRows& given, RowsAre rows_are)
        : type_(type),
          mode_(given.mode),
          rows_are_(rows_are),
          iterator_(py::iter(given.rows)),
          keys_(given.keys ? py::iter(given.keys) : py::iterator()) {
        if (given.fields) {
            for (const py::handle name : py::reinterpret_borrow<py::iterable>(given.fields)) {
                const BoundField* const field = type.find(name);
                if (field == nullptr) {
                    throw unknown_field(*type.structure, shown_object(name));
                }
                columns_.push_back(field);
            }
        }
        for (std::size_t i = 0; i < batch_size; ++i) {
            batch_.push_back(make_struct(type));
        }
    }

    /// The next row, or null at the end; called without the GIL, inside `session`. Throws what the
    /// iterable raised and, for all_or_nothing, what is wrong with a row.
    StructObject* next(Session& session) {
        if (at_ == filled_ && !is_at_end_) {
            const py::gil_scoped_acquire held;
            session_ = &session;
            fill();
        }
        if (at_ == filled_) {
            return nullptr;
        }
        last_row_ = batch_rows_[at_];
        outcomes_.pass_on(last_row_);
        return &struct_of(batch_[at_++]);
    }
    /// The key of the row that next() gave last.
    [[nodiscard]] const std::string& key() const { return batch_keys_[at_ - 1]; }
    /// Whether it was given as a record, and not as the values of some fields.
    [[nodiscard]] bool is_record() const { return batch_is_record_[at_ - 1]; }

    /// The number of the row that next() gave or was reading last.
    [[nodiscard]] std::size_t last_row() const { return last_row_; }
    [[nodiscard]] const Outcomes& outcomes() const { return outcomes_; }

  private:
    /// As many as make taking the GIL cheap, and few enough to stay in the processor's cache.
    static constexpr std::size_t batch_size = 128;

    void fill() {
        handle_signals();  // the iterable may be none of Python's own code
        at_ = filled_ = 0;
        batch_rows_.clear();
        batch_keys_.clear();
        batch_is_record_.clear();
        while (filled_ < batch_size) {
            const auto row = py::reinterpret_steal<py::object>(PyIter_Next(iterator_.ptr()));
            if (!row) {
                if (PyErr_Occurred() != nullptr) {
                    throw py::error_already_set();
                }
                is_at_end_ = true;
                refuse_more_keys();
                return;
            }
            last_row_ = outcomes_.add_row();
            const std::string key = next_key();
            if (read_or_refuse(row, struct_of(batch_[filled_]))) {
                batch_rows_.push_back(last_row_);
                batch_keys_.push_back(key);
                batch_is_record_.push_back(as_struct(row) != nullptr);
                ++filled_;
            }
        }
    }

    /// The next key; null at the end, and where there are none.
    py::object take_key() {
        auto key =
            keys_ ? py::reinterpret_steal<py::object>(PyIter_Next(keys_.ptr())) : py::object();
        if (!key && PyErr_Occurred() != nullptr) {
            throw py::error_already_set();
        }
        return key;
    }
    std::string next_key() {
        const py::object key = take_key();
        if (keys_ && !key) {
            throw py::value_error("there are fewer keys than rows");
        }
        return key ? text_argument(key, "upsert_many(): keys") : std::string();
    }
    void refuse_more_keys() {
        if (take_key()) {
            throw py::value_error("there are more keys than rows");
        }
    }

    bool read_or_refuse(py::handle row, StructObject& record) {
        type_.structure->destroy(record.object());
        type_.structure->construct(record.object());
        record.touched.clear();
        try {
            read(row, record);
            return true;
        } catch (const UnknownFieldError& error) {
            refuse(error);
        } catch (const Error& error) {
            refuse(error);
        }
        return false;
    }

    /// To be called while `error` is handled.
    template <typename Refusal>
    void refuse(const Refusal& error) {
        if (mode_ == BulkMode::all_or_nothing) {
            throw Refusal(error.code(),
                          "rows[" + std::to_string(last_row_) + "]: " + error.message(),
                          error.problems());
        }
        set_python_error();
        outcomes_.refuse();
    }

    void read(py::handle row, StructObject& record) {
        if (const StructObject* given = as_struct(row)) {
            read_record(*given, record);
        } else if (PyDict_Check(row.ptr()) != 0) {
            FieldWriter writer(record);
            PyObject* name = nullptr;
            PyObject* value = nullptr;
            for (Py_ssize_t at = 0; PyDict_Next(row.ptr(), &at, &name, &value) != 0;) {
                const BoundField* const field = type_.find(name);
                if (field == nullptr || !set_identity(record, *field, value)) {
                    writer.set(name, value);
                }
            }
            writer.finish(others_of(record));
        } else if (PyTuple_Check(row.ptr()) != 0 || PyList_Check(row.ptr()) != 0) {
            read_columns(row, record);
        } else {
            fail(row, "is neither a record, a dict nor a tuple");
        }
    }

    void read_record(const StructObject& given, StructObject& record) {
        if (given.type != &type_) {
            throw Error(ErrorCode::validation,
                        "the row is a " + given.type->class_name + ", not a " + type_.class_name);
        }
        type_.structure->copy(record.object(), given.object());
        record.touched = given.touched;
    }

    /// Sets what says which record a row is about; false for any other field.
    bool set_identity(StructObject& record, const BoundField& field, py::handle value) {
        const auto head = header_of(record.view());
        if (rows_are_ == RowsAre::of_known_records && field.field->id == header::id) {
            head.id() = id_of(value, type_.entity);
        } else if (rows_are_ == RowsAre::of_known_records && field.field->id == header::version) {
            head.version() = integer_argument(value, "version");
        } else {
            return false;
        }
        record.touched.add(field.index);
        return true;
    }

    void read_columns(py::handle row, StructObject& record) {
        const auto count = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(row.ptr()));
        if (count != columns_.size()) {
            fail(row, columns_.empty() ? "is a tuple, and fields= does not say of what"
                                       : "has " + std::to_string(count) + " values for " +
                                             std::to_string(columns_.size()) + " fields");
        }
        std::vector<Problem> problems;
        for (std::size_t i = 0; i < count; ++i) {
            const py::handle value(PySequence_Fast_GET_ITEM(row.ptr(), static_cast<Py_ssize_t>(i)));
            if (!set_identity(record, *columns_[i], value)) {
                set_field(record, *columns_[i], value, problems);
            }
        }
        if (!problems.empty()) {
            if (const FieldWriter::Others add_others = others_of(record)) {
                add_others(problems);
            }
            throw_problems(std::move(problems));
        }
    }

    /// Finds what else is wrong with a row that cannot be read whole, where it is known what it
    /// will be written as.
    FieldWriter::Others others_of(StructObject& record) {
        const bool is_known = rows_are_ == RowsAre::of_known_records;
        if (rows_are_ == RowsAre::of_any_record || (is_known && !record.id())) {
            return {};
        }
        return [this, &record](std::vector<Problem>& problems) {
            session_->add_problems(record.view(), record.id(), record.touched, problems);
        };
    }

    [[noreturn]] void fail(py::handle row, std::string message) const {
        throw Error::about(
            ErrorCode::validation,
            Problem{std::string(type_.structure->name), {}, shown_object(row), std::move(message)});
    }

    const StructType& type_;
    BulkMode mode_;
    RowsAre rows_are_;
    Session* session_ = nullptr;
    py::iterator iterator_;
    py::iterator keys_;
    std::vector<const BoundField*> columns_{};
    std::vector<py::object> batch_{};
    std::vector<std::size_t> batch_rows_{};
    std::vector<std::string> batch_keys_{};
    std::vector<bool> batch_is_record_{};
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
    bool is_at_end_ = false;
    std::size_t last_row_ = 0;
    Outcomes outcomes_{};
};

/// Runs a bulk call; what refuses a row of it tells its number as `row`.
template <typename Run, typename LastRow>
std::vector<RowResult> run_bulk(SessionHandle& session, Run run, LastRow last_row) {
    try {
        return session.run(run);
    } catch (const Error&) {
        set_python_error();
        py::error_already_set raised;
        raised.value().attr("row") = last_row();
        throw raised;
    }
}

py::int_ id_of_result(const RowResult& result) { return py::int_(result.id.value); }

/// The records of an iterable of ids, of records or of links.
class IdReader {
  public:
    IdReader(const StructType& type, py::handle ids, BulkMode mode) {
        for (const py::handle given : py::reinterpret_borrow<py::iterable>(ids)) {
            const std::size_t row = outcomes_.add_row();
            try {
                ids_.push_back(id_of(given, type.entity));
                outcomes_.pass_on(row);
            } catch (const Error&) {
                set_python_error();
                if (mode == BulkMode::all_or_nothing) {
                    py::error_already_set raised;
                    raised.value().attr("row") = row;
                    throw raised;
                }
                outcomes_.refuse();
            }
        }
    }

    std::optional<Id> next() {
        return next_ < ids_.size() ? std::optional(ids_[next_++]) : std::nullopt;
    }
    /// The number of the id that next() gave last.
    [[nodiscard]] std::size_t last_row() const { return next_ == 0 ? 0 : next_ - 1; }
    [[nodiscard]] const Outcomes& outcomes() const { return outcomes_; }

  private:
    std::vector<Id> ids_{};
    std::size_t next_ = 0;
    Outcomes outcomes_{};
};

}  // namespace

py::object create_rows(const StructType& type, SessionHandle& session, const BulkRows& rows) {
    RowReader reader(type, rows, RowsAre::of_new_records);
    const auto results = run_bulk(
        session,
        [&](Session& open) {
            return open.create_stream(*type.entity, rows.mode, [&]() -> void* {
                StructObject* const row = reader.next(open);
                return row == nullptr ? nullptr : row->object();
            });
        },
        [&] { return reader.last_row(); });
    return reader.outcomes().list(results, id_of_result);
}

py::object update_rows(const StructType& type, SessionHandle& session, const BulkRows& rows) {
    RowReader reader(type, rows, RowsAre::of_known_records);
    const auto results = run_bulk(
        session,
        [&](Session& open) {
            return open.update_stream(*type.entity, rows.mode, [&] {
                StructObject* const row = reader.next(open);
                if (row == nullptr) {
                    return BulkRow{};
                }
                return BulkRow{row->object(), reader.is_record() ? nullptr : &row->touched};
            });
        },
        [&] { return reader.last_row(); });
    return reader.outcomes().list(results, id_of_result);
}

py::object upsert_rows(const StructType& type, SessionHandle& session, const BulkRows& rows,
                       const UpsertKey& key, UpsertPolicy policy) {
    RowReader reader(type, rows, RowsAre::of_any_record);
    const auto next = [&](Session& open, UpsertKey& of_row) {
        StructObject* const row = reader.next(open);
        if (row == nullptr) {
            return BulkRow{};
        }
        of_row = key;
        if (rows.keys) {
            of_row.key = reader.key();
        }
        return BulkRow{row->object(), &row->touched};
    };
    const auto results = run_bulk(
        session,
        [&](Session& open) {
            return open.upsert_stream(*type.entity, policy, rows.mode,
                                      [&](UpsertKey& of_row) { return next(open, of_row); });
        },
        [&] { return reader.last_row(); });
    return reader.outcomes().list(results, [](const RowResult& result) {
        return py::make_tuple(result.id.value, to_str(label_of(*result.action)));
    });
}

py::object delete_rows(const StructType& type, SessionHandle& session, py::handle ids,
                       BulkMode mode) {
    IdReader reader(type, ids, mode);
    const auto results = run_bulk(
        session,
        [&](Session& open) {
            return open.remove_stream(*type.entity, mode, [&] { return reader.next(); });
        },
        [&] { return reader.last_row(); });
    return reader.outcomes().list(results, id_of_result);
}

py::object restore_rows(const StructType& type, SessionHandle& session, py::handle ids,
                        BulkMode mode) {
    IdReader reader(type, ids, mode);
    const auto results = run_bulk(
        session,
        [&](Session& open) {
            return open.restore_stream(*type.entity, mode, [&] { return reader.next(); });
        },
        [&] { return reader.last_row(); });
    return reader.outcomes().list(results, id_of_result);
}

}  // namespace crmkit::python
