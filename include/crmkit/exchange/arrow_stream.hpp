/// A query's records as an Arrow C stream: columns that pyarrow, polars, DuckDB and others in the
/// same process take over as they are.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/exchange/arrow_abi.h"

namespace crmkit::exchange {

/// What goes into an Arrow stream, and how much of it at once.
struct ArrowOptions {
    static constexpr std::size_t most_batch_rows = std::size_t{1} << 20U;

    /// Fields by name, in this order; default: all, in the order of the entity's table.
    std::vector<std::string> fields{};
    /// Records in a batch, 1 to most_batch_rows; default 65,536. More of them cost memory, fewer
    /// cost time. A batch ends before that when its texts come to 16 MiB.
    std::size_t batch_rows = std::size_t{1} << 16U;
};

/// Fills in `out` with a stream over the records of a query in the expression language. A batch is
/// read when the consumer asks for it, so that memory holds one batch and what the consumer keeps.
///
/// Each field is a column: text, JSON `utf8`; integer, id and reference `int64`; decimal
/// `decimal128(19, 9)`; boolean `bool`; date `date32`; instant `timestamp[us, UTC]`; enumeration a
/// dictionary of its labels; list of text `list<utf8>`. Money and polymorphic references are two,
/// as in the store: `amount` as `decimal128(23, 4)` in whole units of `amount_currency`; `owner` as
/// `int64`, a record of `owner_entity`. See docs/decisions/0021-arrow-columns.md.
///
/// The stream is the caller's, who releases it by out.release(&out); what `out` held before is not
/// looked at. It belongs to the session and its thread, and must be released before it. Its schemas
/// and batches live by themselves, in any thread. get_next() fails with the errno that is nearest
/// to the Error, such as ECANCELED or EIO, and from then on with the same; get_last_error() has its
/// message.
///
/// Throws not_found for a field that is none; expression; invalid_argument for a batch of no rows
/// or too many. Then `out` is as it was.
void arrow_stream(Session& session, const Entity& entity, std::string_view text,
                  const Parameters& parameters, const ArrowOptions& options, ArrowArrayStream& out);

/// Where a stream gets its records from: for hosts that share a session between threads, or close
/// it while a stream is still held by somebody.
class ArrowSource {
  public:
    ArrowSource() = default;
    ArrowSource(const ArrowSource&) = delete;
    ArrowSource& operator=(const ArrowSource&) = delete;
    /// At the end of the records, at a failure, or when the stream is released, in whichever thread
    /// that happens.
    virtual ~ArrowSource() = default;
    /// Calls `read` once with the records, which it walks over by one batch. What it throws, and
    /// what `read` throws, ends the stream.
    virtual void read_batch(const std::function<void(RecordStream& records)>& read) = 0;
};

/// The same over records of `entity` from a source.
void arrow_stream(std::unique_ptr<ArrowSource> source, const Entity& entity,
                  const Registry& registry, const ArrowOptions& options, ArrowArrayStream& out);

}  // namespace crmkit::exchange
