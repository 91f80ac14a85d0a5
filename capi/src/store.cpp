/// Opening, closing and looking after stores.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "crmkit/engine/describe.hpp"
#include "crmkit/schema/json_writer.hpp"
#include "crmkit/version.hpp"
#include "handles.hpp"
#include "table_map.hpp"

using crmkit::Crm;
using crmkit::OpenOptions;
using crmkit::c_api::bytes_argument;
using crmkit::c_api::give_text;
using crmkit::c_api::guarded;
using crmkit::c_api::required;

namespace {

/// The host's clock behind its callback.
class CallbackClock final : public crmkit::Clock {
  public:
    CallbackClock(crmkit_clock_callback callback, void* ctx) : callback_(callback), ctx_(ctx) {}
    crmkit::Instant now() override { return crmkit::Instant{callback_(ctx_)}; }

  private:
    crmkit_clock_callback callback_;
    void* ctx_;
};

/// What the caller gave, as long as its header knew it, over the defaults.
crmkit_options known_options(const crmkit_options* given) {
    crmkit_options options;
    crmkit_options_init(&options, sizeof(options));
    if (given != nullptr) {
        if (given->struct_size < sizeof(std::size_t) ||
            given->struct_size > sizeof(crmkit_options)) {
            throw crmkit::Error(crmkit::ErrorCode::invalid_argument,
                                "options.struct_size is not that of this or an earlier header; "
                                "use crmkit_options_init()");
        }
        std::memcpy(&options, given, given->struct_size);
    }
    return options;
}

[[noreturn]] void refuse_option(std::string_view name, std::int64_t value, std::string_view why) {
    throw crmkit::Error(
        crmkit::ErrorCode::invalid_argument,
        "options." + std::string(name) + ": " + std::to_string(value) + " " + std::string(why));
}

crmkit::Durability durability_option(std::int32_t durability) {
    if (durability != CRMKIT_DURABLE && durability != CRMKIT_FAST) {
        refuse_option("durability", durability, "is neither CRMKIT_DURABLE nor CRMKIT_FAST");
    }
    return durability == CRMKIT_FAST ? crmkit::Durability::fast : crmkit::Durability::durable;
}

/// The options as crmkit's own. Those that other functions check are not looked at here.
OpenOptions open_options(const crmkit_options* given) {
    const crmkit_options options = known_options(given);
    if (options.busy_timeout_ms < 0) {
        refuse_option("busy_timeout_ms", options.busy_timeout_ms, "is less than nothing");
    }
    if (options.cache_kib < 1) {
        refuse_option("cache_kib", options.cache_kib, "is no size of a cache");
    }
    if (options.log_kib < 4) {
        refuse_option("log_kib", options.log_kib, "is less than a page of the log");
    }
    if (options.replica < -1) {
        refuse_option("replica", options.replica, "is neither -1 nor between 0 and 4095");
    }
    OpenOptions open;
    open.durability = durability_option(options.durability);
    open.read_only = options.read_only != 0;
    open.create = options.create != 0;
    open.busy_timeout = std::chrono::milliseconds(options.busy_timeout_ms);
    open.cache_kib = options.cache_kib;
    open.log_kib = options.log_kib;
    if (options.replica >= 0) {
        open.replica = options.replica;
    }
    if (options.has_seed != 0) {
        open.seed = options.seed;
    }
    if (options.table_prefix != nullptr) {
        open.table_prefix = options.table_prefix;
    }
    if (options.region != nullptr) {
        open.region = options.region;
    }
    open.may_use_progress_handler = options.may_use_progress_handler != 0;
    if (options.clock != nullptr) {
        open.clock = std::make_shared<CallbackClock>(options.clock, options.clock_ctx);
    }
    if (options.log != nullptr) {
        open.log = [log = options.log, ctx = options.log_ctx](crmkit::LogLevel level,
                                                              std::string_view line) {
            log(ctx, static_cast<std::int32_t>(level), line.data(), line.size());
        };
    }
    return open;
}

/// A path, as the operating system takes it: not necessarily UTF-8.
std::string path_argument(const char* path, std::int64_t size) {
    return std::string(bytes_argument(path, size, "path"));
}

}  // namespace

extern "C" {

const char* crmkit_version(void) { return crmkit::library_version; }

const char* crmkit_text_data(const crmkit_text* text) {
    return text == nullptr ? "" : text->text.c_str();
}
size_t crmkit_text_size(const crmkit_text* text) { return text == nullptr ? 0 : text->text.size(); }
void crmkit_text_free(crmkit_text* text) { delete text; }

void crmkit_options_init(crmkit_options* options, size_t struct_size) {
    if (options == nullptr) {
        return;
    }
    const OpenOptions defaults;
    crmkit_options made{};
    made.struct_size = std::min(struct_size, sizeof(crmkit_options));
    made.durability = CRMKIT_DURABLE;
    made.create = 1;
    made.busy_timeout_ms = static_cast<std::int32_t>(defaults.busy_timeout.count());
    made.cache_kib = defaults.cache_kib;
    made.replica = -1;
    made.table_prefix = "crm_";
    made.log_kib = defaults.log_kib;
    std::memcpy(options, &made, made.struct_size);
}

crmkit_code crmkit_open(const char* path, int64_t path_size, const crmkit_options* options,
                        crmkit_store** out) {
    return guarded([&] {
        crmkit_store*& store = required(out, "out");
        store = new crmkit_store(Crm::open(path_argument(path, path_size), open_options(options)));
    });
}

crmkit_code crmkit_open_memory(const crmkit_options* options, crmkit_store** out) {
    return guarded([&] {
        crmkit_store*& store = required(out, "out");
        store = new crmkit_store(Crm::open_memory(open_options(options)));
    });
}

crmkit_code crmkit_open_on_sqlite(void* connection, const crmkit_options* options,
                                  crmkit_store** out) {
    return guarded([&] {
        crmkit_store*& store = required(out, "out");
        store =
            new crmkit_store(Crm::open(static_cast<sqlite3*>(connection), open_options(options)));
    });
}

crmkit_code crmkit_open_on_storage(const crmkit_storage* storage, const crmkit_options* options,
                                   crmkit_store** out) {
    return guarded([&] {
        crmkit_store*& store = required(out, "out");
        const auto map = std::make_shared<crmkit::c_api::TableMap>(storage);
        const OpenOptions open = open_options(options);
        const auto access = open.read_only ? crmkit::Access::read : crmkit::Access::write;
        store = new crmkit_store(
            Crm::open(std::make_unique<crmkit::OrderedMapStore>(map, access), open));
        map->close_at_end();
    });
}

void crmkit_close(crmkit_store* store) {
    if (crmkit_store::is_live(store)) {
        guarded([&] { store->crm.close(); });
        delete store;
    }
}

crmkit_code crmkit_backup(crmkit_store* store, const char* path, int64_t path_size) {
    return guarded([&] { required(store, "store").crm.backup(path_argument(path, path_size)); });
}

crmkit_code crmkit_checkpoint(crmkit_store* store) {
    return guarded([&] { required(store, "store").crm.checkpoint(); });
}

crmkit_code crmkit_check_integrity(crmkit_store* store, crmkit_text** out) {
    return give_text(out, [&] {
        std::string json;
        crmkit::JsonWriter writer(json);
        writer.begin_array();
        for (const std::string& problem : required(store, "store").crm.check_integrity()) {
            writer.value(std::string_view(problem));
        }
        writer.end_array();
        return json;
    });
}

crmkit_code crmkit_describe(crmkit_store* store, crmkit_text** out) {
    return give_text(
        out, [&] { return crmkit::describe_all(required(store, "store").schema->registry()); });
}

crmkit_code crmkit_ensure_user(crmkit_store* store, const char* name, int64_t name_size,
                               const char* email, int64_t email_size, int64_t* out) {
    return guarded([&] {
        std::int64_t& id = required(out, "out");
        // What is wrong with the two texts is for validation to say.
        id = required(store, "store")
                 .crm
                 .ensure_user(bytes_argument(name, name_size, "name"),
                              bytes_argument(email, email_size, "email"))
                 .id.value;
    });
}

}  // extern "C"
