/// Records as JSON objects.
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "handles.hpp"

using crmkit::Record;
using crmkit::c_api::bytes_argument;
using crmkit::c_api::give_text;
using crmkit::c_api::guarded;
using crmkit::c_api::required;

extern "C" {

crmkit_code crmkit_record_to_json(const crmkit_record* record, crmkit_text** out) {
    return give_text(out, [&] {
        const crmkit_record& from = required(record, "record");
        return crmkit::to_json(from.view(), {.registry = &from.schema->registry()});
    });
}

crmkit_code crmkit_record_from_json(crmkit_record* record, const char* json, int64_t json_size) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const std::string_view text = bytes_argument(json, json_size, "json");
        const crmkit::JsonReadOptions options{.registry = &to.schema->registry()};
        const Record read = crmkit::record_from_json(*to.entity, text, options);
        for (std::size_t i = 0; i < to.entity->fields.size(); ++i) {
            if (read.touched().contains(i)) {
                to.set(to.entity->fields[i], read.get(to.entity->fields[i]));
            }
        }
    });
}

}  // extern "C"
