/// Memory: at most, for each row, of an open store and of the library itself.
#include "memory_bench.hpp"

#include <crmkit.h>
#include <dlfcn.h>
#include <elf.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "allocations.hpp"
#include "bench.hpp"
#include "contacts_file.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/exchange/importer.hpp"

namespace crmkit::bench {

namespace {

constexpr double page_caches_mib = 2 * 16;  // a writer's and a reader's

/// The most memory that this process had since it was started, as Linux tells.
double peak_mib() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with("VmHWM:")) {
            return std::stod(line.substr(std::strlen("VmHWM:"))) / 1024;
        }
    }
    throw Error(ErrorCode::unsupported, "the system does not tell how much memory was used");
}

/// In a process of its own, which has not grown by other work.
double peak_of(const std::string& work, const std::string& folder) {
    const std::string command = std::filesystem::read_symlink("/proc/self/exe").string() +
                                " --peak-of " + work + " '" + folder + "'";
    std::FILE* const output = popen(command.c_str(), "r");
    double peak = 0;
    const bool is_told = output != nullptr && std::fscanf(output, "%lf", &peak) == 1;
    require(output != nullptr && pclose(output) == 0 && is_told, work.c_str());
    return peak;
}

void peaks(Bench& bench) {
    const int rows = by_extent(bench.extent(), 50'000, 1'000'000, 10'000'000);
    const ScratchFolder folder;
    write_csv(folder.file("contacts.csv"), people(rows, 1));
    const Target target = at_most(64 + page_caches_mib);
    Table& table = bench.table();
    const auto tell = [&](std::string_view name, const char* work) {
        table.tell({"M", name, "64 MiB and two page caches", "MiB"}, peak_of(work, folder.file("")),
                   target);
    };
    tell("peak memory of a CSV import", "import");
    tell("peak memory of a CSV export", "export");
    tell("peak memory of walking over all", "iterate");
    tell("peak memory of a JSON Lines export", "export_lines");
    tell("peak memory of a JSON Lines import", "import_lines");
}

/// What a walk over many rows takes from the heap beyond a walk over few, for each row.
double allocations_per_row(Bench& bench) {
    Session me = bench.specimen().crm().as_system();
    const auto walk = [&me](int rows) {
        const std::int64_t before = allocations();
        const std::string text = "order by id limit " + std::to_string(rows);
        for (const auto& row : me.rows<Contact>(text)) {
            look_at(sum_over(row));
        }
        return static_cast<double>(allocations() - before);
    };
    constexpr int few = 10;
    constexpr int many = 10'010;
    walk(few);  // the first time a text is compiled
    walk(many);
    return (walk(many) - walk(few)) / (many - few);
}

double milliseconds_to_open(Bench& bench) {
    const std::string path = bench.specimen().path();
    double best = 1e9;
    for (int round = 0; round < Bench::rounds(); ++round) {
        best = std::min(best, seconds_of(Meter::wall, [&] {
                            look_at(Crm::open(path).as_system().actor().value);
                        }));
    }
    return best * 1e3;
}

/// The size of the machine code in an ELF file of 64 bits: its section ".text".
double text_bytes(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const std::string image{std::istreambuf_iterator<char>(file), {}};
    Elf64_Ehdr head{};
    require(image.size() > sizeof head, "reading the library");
    std::memcpy(&head, image.data(), sizeof head);
    const auto section = [&](std::size_t index) {
        Elf64_Shdr found{};
        std::memcpy(&found, image.data() + head.e_shoff + index * sizeof found, sizeof found);
        return found;
    };
    const Elf64_Shdr names = section(head.e_shstrndx);
    for (std::size_t i = 0; i < head.e_shnum; ++i) {
        if (image.data() + names.sh_offset + section(i).sh_name == std::string_view(".text")) {
            return static_cast<double>(section(i).sh_size);
        }
    }
    throw Error(ErrorCode::unsupported, "the library has no section .text");
}

double seconds_in(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// The processor time of the compiler for a source that includes the door and does nothing.
double seconds_to_include_the_door() {
    const ScratchFolder folder;
    std::ofstream(folder.file("door.cpp")) << "#include <crmkit/crm.hpp>\nint main() {}\n";
    const std::string command = "'" CRMKIT_BENCH_COMPILER
                                "' -std=c++20 -fsyntax-only -I '" CRMKIT_BENCH_HEADERS "' '" +
                                folder.file("door.cpp") + "'";
    const auto used = [] {
        rusage children{};
        require(getrusage(RUSAGE_CHILDREN, &children) == 0, "getrusage");
        return seconds_in(children.ru_utime) + seconds_in(children.ru_stime);
    };
    const double before = used();
    require(std::system(command.c_str()) == 0, "compiling the door");
    return used() - before;
}

double library_text_mb() {
    Dl_info library{};
    require(dladdr(reinterpret_cast<const void*>(&crmkit_version), &library) != 0, "dladdr");
    return text_bytes(library.dli_fname) / 1e6;
}

}  // namespace

int print_peak_of(const std::string& work, const std::string& folder) {
    const std::string store = work == "import_lines" ? "/restored.db" : "/store.db";
    Crm crm = Crm::open(folder + store, Specimen::fast());
    Session me = crm.as_system();
    if (work == "import") {
        exchange::FileSource file(folder + "/contacts.csv");
        look_at(exchange::run_import(me, contacts_plan(), file).created);
    } else if (work == "export") {
        exchange::FileSink file(folder + "/export.csv");
        look_at(exchange::export_csv(me, {.entity = "contact"}, file).bytes);
    } else if (work == "export_lines") {
        exchange::FileSink file(folder + "/export.jsonl");
        look_at(exchange::export_jsonl(me, {}, file).bytes);
    } else if (work == "import_lines") {
        exchange::FileSource file(folder + "/export.jsonl");
        look_at(exchange::import_jsonl(me, file).records);
    } else if (work == "iterate") {
        for (const Contact& contact : me.query<Contact>("order by id")) {
            look_at(contact.version);
        }
    } else {
        return 2;
    }
    std::printf("%f\n", peak_mib());
    return 0;
}

void bench_memory(Bench& bench) {
    Table& table = bench.table();
    peaks(bench);
    table.tell({"M", "allocations for each row of a cursor by views", "–", "number"},
               allocations_per_row(bench), at_most(0));
    table.tell({"M", "opening an existing store", "–", "ms"}, milliseconds_to_open(bench),
               at_most(5));
    table.tell({"M", "machine code of the library for C", "–", "MB"}, library_text_mb(),
               at_most(1.5));
    table.tell({"M", "compiling a source that includes crm.hpp", "–", "s"},
               seconds_to_include_the_door(), at_most(3));
}

}  // namespace crmkit::bench
