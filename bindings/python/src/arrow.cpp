#include "arrow.hpp"

#include <utility>

namespace crmkit::python {

namespace {

constexpr const char* capsule_name = "arrow_array_stream";

/// The records of a session that Python threads share. The consumer may read and drop the stream in
/// any thread, with the GIL or without.
class SharedSource final : public exchange::ArrowSource {
  public:
    SharedSource(std::shared_ptr<SessionHandle> session, std::unique_ptr<RecordStream> records)
        : session_(std::move(session)), records_(std::move(records)) {}
    ~SharedSource() override { session_->drop(std::move(records_)); }
    void read_batch(const std::function<void(RecordStream&)>& read) override {
        session_->run([&](Session& /*locked*/) { read(*records_); });
    }

  private:
    std::shared_ptr<SessionHandle> session_;
    std::unique_ptr<RecordStream> records_;
};

/// A stream in memory of its own, for a capsule to point to.
struct Release {
    void operator()(ArrowArrayStream* stream) const {
        if (stream->release != nullptr) {
            stream->release(stream);
        }
        delete stream;
    }
};
using StreamPointer = std::unique_ptr<ArrowArrayStream, Release>;

void end_capsule(PyObject* capsule) noexcept {
    Release()(static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, capsule_name)));
}

}  // namespace

py::object ArrowRecords::stream() const {
    StreamPointer made(new ArrowArrayStream{});
    session->run([&](Session& open) {
        exchange::arrow_stream(
            std::make_unique<SharedSource>(
                session, open.stream(*type->entity, text, parameters->parameters())),
            *type->entity, open.registry(), options, *made);
    });
    auto capsule =
        py::reinterpret_steal<py::object>(PyCapsule_New(made.get(), capsule_name, &end_capsule));
    if (!capsule) {
        throw py::error_already_set();
    }
    (void)made.release();
    return capsule;
}

exchange::ArrowOptions arrow_options(const py::args& fields, std::size_t batch_rows) {
    exchange::ArrowOptions options;
    for (const py::handle field : fields) {
        options.fields.push_back(text_argument(field, "arrow(): field"));
    }
    options.batch_rows = batch_rows;
    return options;
}

void bind_arrow(py::module_& module) {
    py::class_<ArrowRecords>(module, "ArrowRecords",
                             "The records of a query as columns: pyarrow.table(records), "
                             "polars.DataFrame(records). The query runs when they are taken.",
                             plain_class(), py::is_final())
        .def(
            "__arrow_c_stream__",
            // What type the consumer would like is a wish, which is left unheard.
            [](const ArrowRecords& records, const py::object& /*requested_schema*/) {
                return records.stream();
            },
            py::arg("requested_schema") = py::none())
        .def("__repr__", [](const ArrowRecords& records) {
            return "<crmkit columns of " + std::string(records.type->entity->plural) + ": " +
                   records.text + ">";
        });
}

}  // namespace crmkit::python
