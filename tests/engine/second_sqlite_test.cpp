/// A second copy of SQLite in the process, which would take the first one's locks away.
#include <dlfcn.h>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("a second SQLite in the process is found, named and refused") {
    const TemporaryFolder folder;
    CHECK(code_of([&] { (void)Crm::open(folder.file("before.db")); }) == ErrorCode::ok);
    void* const copy = ::dlopen(CRMKIT_SECOND_SQLITE, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(copy != nullptr);
    const Error error = error_of([&] { (void)Crm::open(folder.file("during.db")); });
    CHECK(error.code() == ErrorCode::two_sqlites);
    CHECK(error.message().find("second_sqlite") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.file("during.db")));
    REQUIRE(::dlclose(copy) == 0);
    CHECK(code_of([&] { (void)Crm::open(folder.file("after.db")); }) == ErrorCode::ok);
}
