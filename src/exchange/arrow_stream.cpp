#include "crmkit/exchange/arrow_stream.hpp"

#include <cerrno>
#include <exception>
#include <new>
#include <utility>

#include "arrow_column.hpp"

namespace crmkit::exchange {

namespace {

using detail::ArrowColumn;
using detail::ArrowFamily;

/// When a batch ends although it could take more records. It keeps the ends of texts, 32 bits each,
/// from overflowing too: no record has as much text in it as is left to that.
constexpr std::size_t most_text = std::size_t{16} << 20U;

/// The number of <cerrno> that tells a consumer the most about a failure.
int errno_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::ok:
            return 0;
        case ErrorCode::invalid_argument:
        case ErrorCode::validation:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::duplicate:
        case ErrorCode::restricted:
        case ErrorCode::illegal_transition:
        case ErrorCode::vetoed:
        case ErrorCode::expression:
        case ErrorCode::syntax:
            return EINVAL;
        case ErrorCode::permission_denied:
            return EACCES;
        case ErrorCode::limit:
            return ERANGE;
        case ErrorCode::cancelled:
            return ECANCELED;
        case ErrorCode::busy:
            return EBUSY;
        case ErrorCode::read_only:
            return EROFS;
        case ErrorCode::disk_full:
            return ENOSPC;
        case ErrorCode::out_of_memory:
            return ENOMEM;
        case ErrorCode::unsupported:
            return ENOSYS;
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::newer_schema:
        case ErrorCode::two_sqlites:
        case ErrorCode::internal:
            return EIO;
    }
    return EIO;
}

std::vector<ArrowColumn> columns_of(const Entity& entity, const Registry& registry,
                                    const ArrowOptions& options) {
    if (options.batch_rows < 1 || options.batch_rows > ArrowOptions::most_batch_rows) {
        throw Error(ErrorCode::invalid_argument,
                    "a batch of " + std::to_string(options.batch_rows) +
                        " records was asked for; from 1 to " +
                        std::to_string(ArrowOptions::most_batch_rows) + " can be");
    }
    std::vector<ArrowColumn> columns;
    if (options.fields.empty()) {
        for (const Field& field : entity.fields) {
            ArrowColumn::add(columns, entity, field, registry);
        }
    }
    for (const std::string& name : options.fields) {
        ArrowColumn::add(columns, entity, field_of(entity, name), registry);
    }
    return columns;
}

/// What is behind a stream: reads batch after batch, and lets no exception through.
class BatchReader {
  public:
    BatchReader(std::unique_ptr<ArrowSource> source, std::vector<ArrowColumn> columns,
                std::size_t batch_rows)
        : source_(std::move(source)), columns_(std::move(columns)), batch_rows_(batch_rows) {}

    int describe(ArrowSchema& out) noexcept {
        return guarded([&] {
            ArrowFamily<ArrowSchema> children(columns_.size());
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                columns_[i].describe(children.child(i));
            }
            detail::fill_schema(out, "+s", "", false, std::move(children));
        });
    }
    int read(ArrowArray& out) noexcept {
        out = {};
        if (failure_ == 0 && source_) {
            failure_ = guarded([&] { read_batch(out); });
        }
        if (failure_ != 0) {
            source_.reset();  // the rows of the batch are lost, so there is no going on
        }
        return failure_;
    }
    [[nodiscard]] const char* message() const noexcept { return message_; }

  private:
    template <typename Body>
    int guarded(Body body) noexcept {
        try {
            body();
            return 0;
        } catch (const Error& error) {
            keep(error.what());
            return errno_of(error.code());
        } catch (const std::bad_alloc&) {
            message_ = out_of_memory;
            return ENOMEM;
        } catch (const std::exception& error) {
            keep(error.what());
            return EIO;
        } catch (...) {
            message_ = "the records could not be read";
            return EIO;
        }
    }
    void keep(const char* message) noexcept {
        try {
            text_ = message;
            message_ = text_.c_str();
        } catch (const std::bad_alloc&) {
            message_ = out_of_memory;
        }
    }

    void read_batch(ArrowArray& out) {
        std::size_t rows = 0;
        std::size_t text = 0;
        bool is_at_end = false;
        source_->read_batch([&](RecordStream& records) {
            while (rows < batch_rows_ && text < most_text) {
                is_at_end = !records.next();
                if (is_at_end) {
                    return;
                }
                text += append(records);
                ++rows;
            }
        });
        if (is_at_end) {
            source_.reset();
        }
        if (rows > 0) {
            take(out, static_cast<std::int64_t>(rows));
        }
    }
    /// Adds a record; gives the bytes of text in it.
    std::size_t append(RecordStream& records) {
        std::size_t text = 0;
        for (ArrowColumn& column : columns_) {
            const std::size_t before = column.text_size();
            column.append(records.value(column.field()));
            text += column.text_size() - before;
        }
        return text;
    }
    void take(ArrowArray& out, std::int64_t rows) {
        ArrowFamily<ArrowArray> children(columns_.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            columns_[i].take(children.child(i));
        }
        detail::ArrowValues values{rows, 0, {}};
        values.buffers.emplace_back();
        detail::fill_array(out, std::move(values), std::move(children));
    }

    static constexpr const char* out_of_memory = "out of memory";

    std::unique_ptr<ArrowSource> source_;  // none when there is no more to read
    std::vector<ArrowColumn> columns_;
    std::size_t batch_rows_;
    int failure_ = 0;
    std::string text_{};
    const char* message_ = nullptr;
};

BatchReader& reader_of(ArrowArrayStream* stream) {
    return *static_cast<BatchReader*>(stream->private_data);
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    return reader_of(stream).describe(*out);
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) { return reader_of(stream).read(*out); }

const char* get_last_error(ArrowArrayStream* stream) { return reader_of(stream).message(); }

void release(ArrowArrayStream* stream) {
    delete &reader_of(stream);
    stream->private_data = nullptr;
    stream->release = nullptr;
}

ArrowArrayStream stream_of(std::unique_ptr<BatchReader> reader) {
    return {&get_schema, &get_next, &get_last_error, &release, reader.release()};
}

/// The records of a session that stays open.
class SessionSource final : public ArrowSource {
  public:
    explicit SessionSource(std::unique_ptr<RecordStream> records) : records_(std::move(records)) {}
    void read_batch(const std::function<void(RecordStream&)>& read) override { read(*records_); }

  private:
    std::unique_ptr<RecordStream> records_;
};

}  // namespace

void arrow_stream(std::unique_ptr<ArrowSource> source, const Entity& entity,
                  const Registry& registry, const ArrowOptions& options, ArrowArrayStream& out) {
    out = stream_of(std::make_unique<BatchReader>(
        std::move(source), columns_of(entity, registry, options), options.batch_rows));
}

void arrow_stream(Session& session, const Entity& entity, std::string_view text,
                  const Parameters& parameters, const ArrowOptions& options,
                  ArrowArrayStream& out) {
    arrow_stream(std::make_unique<SessionSource>(session.stream(entity, text, parameters)), entity,
                 session.registry(), options, out);
}

}  // namespace crmkit::exchange
