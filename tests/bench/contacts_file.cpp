#include "contacts_file.hpp"

#include "crmkit/exchange/byte_sink.hpp"
#include "crmkit/exchange/csv_writer.hpp"

namespace crmkit::bench {

void write_csv(const std::string& path, const std::vector<Person>& persons) {
    exchange::FileSink file(path);
    exchange::CsvWriter csv(file);
    csv.row({"first_name", "last_name", "email", "phone"});
    for (const Person& person : persons) {
        csv.row({person.first_name, person.last_name, person.email, person.phone});
    }
    csv.close();
}

exchange::ImportPlan contacts_plan() {
    return exchange::plan_from_json(R"({"entity": "contact", "key_fields": ["email_normal"],
        "columns": [
        {"column": "first_name", "field": "first_name"},
        {"column": "last_name", "field": "last_name"},
        {"column": "email", "field": "email"}, {"column": "phone", "field": "phone"}]})");
}

}  // namespace crmkit::bench
