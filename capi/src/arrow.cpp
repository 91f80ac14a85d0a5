/// Queries as Arrow C streams.
#include "crmkit/exchange/arrow_stream.hpp"
#include "session_call.hpp"

using crmkit::c_api::Call;
using crmkit::c_api::guarded;
using crmkit::c_api::names_argument;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

namespace {

/// The records of a cursor, which ends with its session or transaction.
class CursorSource final : public crmkit::exchange::ArrowSource {
  public:
    explicit CursorSource(std::unique_ptr<crmkit_cursor> cursor) : cursor_(std::move(cursor)) {}
    void read_batch(const std::function<void(crmkit::RecordStream&)>& read) override {
        const Call me(&cursor_->open_session());
        read(*cursor_->stream);
    }

  private:
    std::unique_ptr<crmkit_cursor> cursor_;
};

}  // namespace

extern "C" {

crmkit_code crmkit_query_arrow(crmkit_session* session, const char* entity, int64_t entity_size,
                               const char* text, int64_t text_size, const char* parameters,
                               int64_t parameters_size, const char* fields, int64_t fields_size,
                               struct ArrowArrayStream* out) {
    return guarded([&] {
        ArrowArrayStream& stream = required(out, "out");
        const Call me(session);
        const crmkit::Entity& about = me.entity(entity, entity_size);
        crmkit::exchange::ArrowOptions options;
        options.fields = names_argument(fields, fields_size, "fields");
        auto cursor =
            crmkit::c_api::open_cursor(me, about, text_argument(text, text_size, "text"),
                                       text_argument(parameters, parameters_size, "parameters"));
        crmkit::exchange::arrow_stream(std::make_unique<CursorSource>(std::move(cursor)), about,
                                       me->registry(), options, stream);
    });
}

}  // extern "C"
