#include "bulk.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "field_access.hpp"
#include "values.hpp"

namespace crmkit::python {

namespace {

/// Reads Python rows into structs, a batch each time that it takes the GIL.
class RowReader {
  public:
    RowReader(const StructType& type, py::handle rows, py::handle fields, BulkMode mode)
        : type_(type), mode_(mode), iterator_(py::iter(rows)) {
        if (fields) {
            for (const py::handle name : py::reinterpret_borrow<py::iterable>(fields)) {
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

    /// The struct of the next row, or null at the end; called without the GIL. Throws what the
    /// iterable raised and, for all_or_nothing, what is wrong with a row.
    void* next() {
        if (at_ == filled_ && !is_at_end_) {
            const py::gil_scoped_acquire held;
            fill();
        }
        if (at_ == filled_) {
            return nullptr;
        }
        last_row_ = batch_rows_[at_];
        stored_rows_.push_back(last_row_);
        return struct_of(batch_[at_++]).object();
    }

    /// The number of the row that next() gave or was reading last.
    [[nodiscard]] std::size_t last_row() const { return last_row_; }
    [[nodiscard]] std::size_t row_count() const { return row_count_; }
    /// For each struct that next() gave, the number of its row.
    [[nodiscard]] const std::vector<std::size_t>& stored_rows() const { return stored_rows_; }
    /// The rows that were no records, with their exceptions.
    [[nodiscard]] const std::vector<std::pair<std::size_t, py::object>>& refused() const {
        return refused_;
    }

  private:
    /// As many as make taking the GIL cheap, and few enough to stay in the processor's cache.
    static constexpr std::size_t batch_size = 128;

    void fill() {
        at_ = filled_ = 0;
        batch_rows_.clear();
        while (filled_ < batch_size) {
            const auto row = py::reinterpret_steal<py::object>(PyIter_Next(iterator_.ptr()));
            if (!row) {
                if (PyErr_Occurred() != nullptr) {
                    throw py::error_already_set();
                }
                is_at_end_ = true;
                return;
            }
            last_row_ = row_count_++;
            if (read_or_refuse(row, struct_of(batch_[filled_]))) {
                batch_rows_.push_back(last_row_);
                ++filled_;
            }
        }
    }

    bool read_or_refuse(py::handle row, StructObject& record) {
        type_.structure->destroy(record.object());
        type_.structure->construct(record.object());
        if (mode_ == BulkMode::all_or_nothing) {
            read(row, record);
            return true;
        }
        try {
            read(row, record);
            return true;
        } catch (const Error&) {
            set_python_error();
            const py::error_already_set raised;
            refused_.emplace_back(last_row_, raised.value());
            return false;
        }
    }

    void read(py::handle row, StructObject& record) {
        if (const StructObject* given = as_struct(row)) {
            read_record(*given, record);
        } else if (PyDict_Check(row.ptr()) != 0) {
            FieldWriter writer(record);
            PyObject* name = nullptr;
            PyObject* value = nullptr;
            for (Py_ssize_t at = 0; PyDict_Next(row.ptr(), &at, &name, &value) != 0;) {
                writer.set(name, value);
            }
            writer.finish();
        } else if (PyTuple_Check(row.ptr()) != 0 || PyList_Check(row.ptr()) != 0) {
            read_columns(row, record);
        } else {
            fail(row, "is neither a record, a dict nor a tuple");
        }
    }

    void read_record(const StructObject& given, StructObject& record) {
        if (given.type != &type_) {
            throw Error(ErrorCode::validation, "row " + std::to_string(last_row_) + " is a " +
                                                   given.type->class_name + ", not a " +
                                                   type_.class_name);
        }
        type_.structure->copy(record.object(), given.object());
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
            set_field(record, *columns_[i],
                      PySequence_Fast_GET_ITEM(row.ptr(), static_cast<Py_ssize_t>(i)), problems);
        }
        throw_problems(std::move(problems));
    }

    [[noreturn]] void fail(py::handle row, std::string message) const {
        throw Error::about(
            ErrorCode::validation,
            Problem{std::string(type_.structure->name), {}, shown_object(row), std::move(message)});
    }

    const StructType& type_;
    BulkMode mode_;
    py::iterator iterator_;
    std::vector<const BoundField*> columns_{};
    std::vector<py::object> batch_{};
    std::vector<std::size_t> batch_rows_{};
    std::size_t at_ = 0;
    std::size_t filled_ = 0;
    bool is_at_end_ = false;
    std::size_t last_row_ = 0;
    std::size_t row_count_ = 0;
    std::vector<std::size_t> stored_rows_{};
    std::vector<std::pair<std::size_t, py::object>> refused_{};
};

py::object with_row(py::object exception, std::size_t row) {
    exception.attr("row") = row;
    return exception;
}

}  // namespace

py::object create_rows(const StructType& type, SessionHandle& session, py::handle rows,
                       py::handle fields, BulkMode mode) {
    RowReader reader(type, rows, fields, mode);
    std::vector<RowResult> results;
    try {
        results = session.run([&](Session& open) {
            return open.create_stream(*type.entity, mode, [&] { return reader.next(); });
        });
    } catch (const Error&) {
        set_python_error();
        py::error_already_set raised;
        raised.value().attr("row") = reader.last_row();
        throw raised;
    }
    py::list out(reader.row_count());
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::size_t row = reader.stored_rows()[i];
        out[row] = results[i].error ? with_row(to_exception(*results[i].error), row)
                                    : py::int_(results[i].id.value);
    }
    for (const auto& [row, exception] : reader.refused()) {
        out[row] = with_row(exception, row);
    }
    return out;
}

}  // namespace crmkit::python
