#include "query.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "arrow.hpp"
#include "errors.hpp"
#include "query_text.hpp"

namespace crmkit::python {

namespace {

/// Which records of which session, in which order. Immutable, so that a refinement is a new one.
struct Query {
    const StructType* type;
    std::shared_ptr<SessionHandle> session;
    std::string text;
    std::shared_ptr<const NamedValues> parameters;
};

/// Reads the records of a query a batch at a time, each batch in one go without the GIL.
class RecordReader {
  public:
    RecordReader(const Query& query, std::size_t first_batch)
        : type_(query.type),
          session_(query.session),
          text_(query.text),
          parameters_(query.parameters),
          batch_(*query.type),
          batch_size_(first_batch) {}
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;
    ~RecordReader() {
        if (stream_) {
            session_->drop(std::move(stream_));
        }
    }

    /// The next record; none at the end. Throws what the reading threw, after the records that
    /// could be read before it.
    py::object next() {
        if (batch_.is_empty() && !is_done_) {
            fill();
        }
        if (!batch_.is_empty()) {
            return batch_.next();
        }
        if (failure_) {
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
        return {};
    }

  private:
    static constexpr std::size_t largest_batch = 256;
    static constexpr std::size_t most_bytes = std::size_t{256} * 1024;

    void fill() {
        if (is_reading_) {
            throw py::value_error("the query is being read by another thread");
        }
        is_reading_ = true;
        // Other threads may look at the present batch meanwhile.
        try {
            session_->run([&](Session& session) { read_batch(session); });
        } catch (...) {
            failure_ = std::current_exception();
            is_done_ = true;
        }
        batch_.refill(rows_);
        batch_size_ = std::min(largest_batch, batch_size_ * 2);
        is_reading_ = false;
        handle_signals();
    }

    void read_batch(Session& session) {
        if (!stream_) {
            stream_ = session.stream(*type_->entity, text_, parameters_->parameters());
        }
        for (std::size_t i = 0; i < batch_size_ && rows_.size() < most_bytes; ++i) {
            if (!stream_->next()) {
                stream_.reset();
                is_done_ = true;
                return;
            }
            rows_ += stream_->packed().bytes();
        }
    }

    const StructType* type_;
    std::shared_ptr<SessionHandle> session_;
    std::string text_;
    std::shared_ptr<const NamedValues> parameters_;
    std::unique_ptr<RecordStream> stream_{};
    RecordBatch batch_;
    std::string rows_{};  ///< of the next batch
    std::size_t batch_size_;
    bool is_reading_ = false;
    bool is_done_ = false;
    std::exception_ptr failure_{};
};

/// A Python iterator over records; of the C API, because its next() is what a scan costs.
struct IteratorObject {
    PyObject_HEAD RecordReader* reader;
};

PyTypeObject*& iterator_class() {
    static PyTypeObject* made = nullptr;
    return made;
}

PyObject* next_record(PyObject* self) noexcept {
    return guarded([&] { return reinterpret_cast<IteratorObject*>(self)->reader->next(); });
}

void free_iterator(PyObject* self) noexcept {
    PyTypeObject* const type = Py_TYPE(self);
    PyObject* raised_type = nullptr;  // an iterator may be dropped while an exception is on its way
    PyObject* raised = nullptr;
    PyObject* traceback = nullptr;
    PyErr_Fetch(&raised_type, &raised, &traceback);
    delete reinterpret_cast<IteratorObject*>(self)->reader;
    PyErr_Restore(raised_type, raised, traceback);
    type->tp_free(self);
    Py_DECREF(type);
}

void make_iterator_class(py::module_& module) {
    static PyType_Slot slots[] = {
        {Py_tp_doc, const_cast<char*>("Walks over the records of a query, in constant memory.")},
        {Py_tp_dealloc, reinterpret_cast<void*>(&free_iterator)},
        {Py_tp_iter, reinterpret_cast<void*>(&PyObject_SelfIter)},
        {Py_tp_iternext, reinterpret_cast<void*>(&next_record)},
        {0, nullptr},
    };
    static PyType_Spec spec{"crmkit.RecordIterator", static_cast<int>(sizeof(IteratorObject)), 0,
                            Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    PyObject* const made = PyType_FromSpec(&spec);
    if (made == nullptr) {
        throw py::error_already_set();
    }
    iterator_class() = reinterpret_cast<PyTypeObject*>(made);
    module.attr("RecordIterator") = py::handle(made);
}

py::object iterate(const Query& query) {
    constexpr std::size_t first_batch = 16;
    auto reader = std::make_unique<RecordReader>(query, first_batch);
    PyTypeObject* const type = iterator_class();
    auto* const made = reinterpret_cast<IteratorObject*>(type->tp_alloc(type, 0));
    if (made == nullptr) {
        throw py::error_already_set();
    }
    made->reader = reader.release();
    return py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(made));
}

py::list all(const Query& query) {
    constexpr std::size_t first_batch = 64;
    RecordReader reader(query, first_batch);
    py::list out;
    while (const py::object record = reader.next()) {
        out.append(record);
    }
    return out;
}

Query limited(Query query, std::size_t most) {
    query.text = with_limit(query.text, most);
    return query;
}

py::object first(const Query& query) {
    RecordReader reader(limited(query, 1), 1);
    py::object record = reader.next();
    return record ? std::move(record) : py::none();
}

/// The keys that a function got, as they follow "order by".
std::string keys_from(const std::string& function, const py::args& terms) {
    std::string keys;
    for (const py::handle term : terms) {
        keys += (keys.empty() ? "" : ", ") + text_argument(term, function + ": key");
    }
    if (keys.empty()) {
        throw py::type_error(function + " needs at least one key, such as \"name\"");
    }
    return keys;
}

Query ordered(Query query, const py::args& terms) {
    query.text = with_order(query.text, "order by " + keys_from("order_by()", terms));
    return query;
}

Query sorted(Query query, const py::args& terms) {
    query.text = with_order(query.text, "sort by " + keys_from("sort_by()", terms));
    return query;
}

/// One page, as a Page of crmkit.values.
py::object page(const Query& query, std::size_t size, const std::optional<std::string>& after) {
    std::string rows;
    const PageEnd end = query.session->run([&](Session& session) {
        return session.read_page(*query.type->entity, query.text,
                                 PageRequest{size, after.value_or("")},
                                 query.parameters->parameters(), rows);
    });
    RecordBatch batch(*query.type);
    batch.refill(rows);
    py::tuple records(end.count);
    for (std::size_t i = 0; i < end.count; ++i) {
        records[i] = batch.next();
    }
    return py::module_::import("crmkit.values")
        .attr("Page")(records, end.next.empty() ? py::object(py::none()) : to_str(end.next));
}

ArrowRecords as_arrow(const Query& query, exchange::ArrowOptions options) {
    return {query.type, query.session, query.text, query.parameters, std::move(options)};
}

/// Walks over the pages of a query.
struct PageIterator {
    Query query;
    std::size_t size;
    std::optional<std::string> after{};
    bool is_done = false;

    py::object next() {
        if (is_done) {
            throw py::stop_iteration();
        }
        py::object read = page(query, size, after);
        const py::object following = read.attr("next");
        is_done = following.is_none();
        after = is_done ? std::nullopt : std::optional(following.cast<std::string>());
        return read;
    }
};

std::int64_t count(const Query& query) {
    return query.session->run([&](Session& session) {
        return count_records(session, *query.type->entity, query.text,
                             query.parameters->parameters());
    });
}

}  // namespace

py::object make_query(const StructType& type, std::shared_ptr<SessionHandle> session,
                      std::string text, std::shared_ptr<const NamedValues> parameters) {
    return py::cast(Query{&type, std::move(session), std::move(text), std::move(parameters)});
}

py::object aggregate_rows(const StructType& type, SessionHandle& session, const std::string& text,
                          const NamedValues& parameters) {
    const auto rows = session.run(
        [&](Session& open) { return open.aggregate(*type.entity, text, parameters.parameters()); });
    py::list out(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        py::tuple row(rows[i].size());
        for (std::size_t column = 0; column < rows[i].size(); ++column) {
            row[column] = to_python(rows[i][column]);
        }
        out[i] = std::move(row);
    }
    return out;
}

void make_generic(py::handle type) {
    const py::object alias = py::module_::import("types").attr("GenericAlias");
    const py::object subscript = py::cpp_function(
        [alias](const py::object& generic, const py::object& item) { return alias(generic, item); },
        py::name("__class_getitem__"), py::doc("For annotations, such as Query[Account]."));
    const py::object as_class_method =
        py::module_::import("builtins").attr("classmethod")(subscript);
    py::setattr(type, "__class_getitem__", as_class_method);
}

void bind_queries(py::module_& module) {
    make_iterator_class(module);
    py::class_<PageIterator>(module, "PageIterator", "Walks over the pages of a query.",
                             plain_class(), py::is_final())
        .def("__iter__", [](py::object self) { return self; })
        .def("__next__", &PageIterator::next);
    py::class_<Query> type(module, "Query",
                           "The records that an expression matches. Nothing is read before it is "
                           "walked over; refining it makes a new one.",
                           plain_class(), py::is_final());
    type.def("__iter__", &iterate)
        .def("all", &all, "All of them, in a list.")
        .def("first", &first, "The first of them, or None.")
        .def("count", &count,
             "How many there are, of a limited query no more than its limit; the store counts "
             "them.")
        .def("order_by", &ordered,
             "The same in another order, instead of any that it has: order_by(\"close_date "
             "desc\", \"name\"). Pages need one that an index has.")
        .def("sort_by", &sorted,
             "The same in any order, also page by page: each page then reads and sorts all that "
             "match, unless an index has the order.")
        .def("limit", &limited, py::arg("most"),
             "The first of them only; of two limits the smaller counts.")
        .def("page", &page, py::arg("size") = 100, py::arg("after") = py::none(),
             "One page: 1 to 10,000 records, from the start or from where the page before ended "
             "(its `next`).")
        .def(
            "pages",
            [](const Query& query, std::size_t size) {
                return PageIterator{query, size};
            },
            py::arg("size") = 100, "All pages, each read when it is reached.")
        .def(
            "arrow",
            [](const Query& query, const py::args& fields, std::size_t batch_rows) {
                return as_arrow(query, arrow_options(fields, batch_rows));
            },
            py::arg("batch_rows") = exchange::ArrowOptions().batch_rows,
            "Its records as columns, in batches of so many records at most: all fields, or those "
            "that are named. For pyarrow.table(), polars.DataFrame() and whatever else takes an "
            "object with __arrow_c_stream__.")
        .def(
            "__arrow_c_stream__",
            [](const Query& query, const py::object& /*requested_schema*/) {
                return as_arrow(query, {}).stream();
            },
            py::arg("requested_schema") = py::none())
        .def_readonly("text", &Query::text, "The whole expression.")
        .def("__repr__", [](const Query& query) {
            return "<crmkit query over " + std::string(query.type->entity->plural) + ": " +
                   query.text + ">";
        });
    make_generic(type);
}

}  // namespace crmkit::python
