/// How fast a CSV file of contacts is imported, and how much memory that takes at most. Prints a
/// table in Markdown and ends with 1 when the memory is more than half above its target.
///
///     crmkit_import_bench [--quick] [--rows N]
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "crmkit/base/random.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/exchange/byte_sink.hpp"
#include "crmkit/exchange/csv_writer.hpp"
#include "crmkit/exchange/importer.hpp"

using namespace crmkit;

namespace {

constexpr double most_mebibytes = 200;
constexpr int accounts = 5'000;

constexpr const char* given_names[] = {"Ada",   "Bruno", "Chloé", "Dmitri",
                                       "Elena", "Farid", "Grace", "Hiro"};
constexpr const char* family_names[] = {"Lovelace", "Müller", "García", "Novak",
                                        "Okafor",   "Silva",  "Tanaka", "Weber"};

/// A folder that is gone with this object.
class Folder {
  public:
    Folder()
        : path_(std::filesystem::temp_directory_path() /
                ("crmkit_import_bench_" + std::to_string(getpid()))) {
        std::filesystem::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

void write_contacts(const std::string& path, int rows) {
    exchange::FileSink file(path);
    exchange::CsvWriter csv(file);
    csv.row({"first_name", "last_name", "account", "email", "phone", "job_title", "birth_date"});
    Random random(1);
    for (int i = 0; i < rows; ++i) {
        const std::string number = std::to_string(i);
        csv.field(given_names[random.below(8)]);
        csv.field(std::string(family_names[random.below(8)]) + " " + number);
        csv.field("Account " + std::to_string(random.below(accounts)));
        csv.field("person" + number + "@example.com");
        csv.field("+49 30 " + std::to_string(10'000'000 + i));
        csv.field("Engineer, \"second\" class");
        csv.field(to_string(Date{static_cast<std::int32_t>(random.below(20'000))}));
        csv.end_row();
    }
    csv.close();
}

/// The most memory that this process had at once so far.
double peak_mebibytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

exchange::ImportPlan plan() {
    return exchange::plan_from_json(R"({"entity": "contact", "columns": [
        {"column": "first_name", "field": "first_name"},
        {"column": "last_name", "field": "last_name"},
        {"column": "email", "field": "email"}, {"column": "phone", "field": "phone"},
        {"column": "job_title", "field": "job_title"},
        {"column": "birth_date", "field": "birth_date"}],
        "references": [{"field": "account", "on_missing": "create",
                        "columns": [{"column": "account", "field": "name"}]}]})");
}

int measure(int rows) {
    const Folder folder;
    write_contacts(folder.file("contacts.csv"), rows);
    OpenOptions options;
    options.durability = Durability::fast;
    Crm crm = Crm::open(folder.file("store.db"), options);
    Session me = crm.as_system();
    exchange::FileSource file(folder.file("contacts.csv"));
    const auto start = std::chrono::steady_clock::now();
    const exchange::ImportReport report = exchange::run_import(me, plan(), file);
    const double seconds = seconds_since(start);
    if (report.created != rows) {
        std::fprintf(stderr, "only %lld of %d rows were imported\n",
                     static_cast<long long>(report.created), rows);
        return 2;
    }
    const double memory = peak_mebibytes();
    std::printf(
        "| subject | rows | seconds | rows per second | MiB at most | target | verdict |\n");
    std::printf("| --- | --- | --- | --- | --- | --- | --- |\n");
    std::printf("| CSV import of contacts, with accounts | %d | %.1f | %.0f | %.0f | %.0f | %s |\n",
                rows, seconds, rows / seconds, memory, most_mebibytes,
                memory <= most_mebibytes ? "holds" : "**falls short**");
    return memory <= most_mebibytes * 1.5 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    int rows = 1'000'000;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--quick") == 0) {
            rows = 50'000;
        } else if (std::strcmp(argv[i], "--rows") == 0 && i + 1 < argc) {
            rows = std::atoi(argv[++i]);
        } else {
            std::fprintf(stderr, "usage: crmkit_import_bench [--quick] [--rows N]\n");
            return 2;
        }
    }
    try {
        return measure(rows);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
