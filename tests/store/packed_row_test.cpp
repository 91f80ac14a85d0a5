#include "crmkit/store/packed_row.hpp"

#include <doctest/doctest.h>

#include <string>

#include "crmkit/model/contact.hpp"
#include "crmkit/store/packed_record.hpp"

namespace crmkit {
namespace {

std::string packed(const RowPacker& packer) {
    std::string row(packer.size(), '\0');
    packer.write(row.data());
    return row;
}

TEST_CASE("packed row: each column is found by its number, past the first 64 too") {
    constexpr int columns = 200;
    RowPacker packer;
    packer.start(columns);
    for (int i = 0; i < columns; ++i) {
        if (i % 3 == 0) {
            packer.add_null();
        } else if (i % 3 == 1) {
            packer.add(std::int64_t{-i});
        } else {
            packer.add("text " + std::to_string(i));
        }
    }
    const std::string bytes = packed(packer);
    const PackedRow row(bytes.data());
    CHECK(row.bytes() == bytes);
    for (int i = 0; i < columns; ++i) {
        CAPTURE(i);
        CHECK(row.is_null(i) == (i % 3 == 0));
        CHECK(row.integer(i) == (i % 3 == 1 ? -i : 0));
        CHECK(row.text(i) == (i % 3 == 2 ? "text " + std::to_string(i) : ""));
    }
}

TEST_CASE(
    "packed row: a packer forgets the row before, and an empty row has no columns but nulls") {
    RowPacker packer;
    packer.start(2);
    packer.add("left from before");
    packer.add(std::int64_t{1});
    packer.start(2);
    packer.add_null();
    packer.add_null();
    const std::string bytes = packed(packer);
    const PackedRow row(bytes.data());
    CHECK(row.is_null(0));
    CHECK(row.is_null(1));
    CHECK(row.text(0).empty());
}

TEST_CASE("packed row: rows lie behind each other at any address") {
    std::string rows = "x";
    const Contact ada{.first_name = "Ada", .last_name = "Lovelace"};
    const Contact bob{.last_name = "B", .social_profiles = {"a", "b"}};
    for (const Contact* contact : {&ada, &bob}) {
        const RecordView view(*contact);
        pack_fields(
            entity_of<Contact>(), nullptr,
            [&](std::size_t index) { return view.get(entity_of<Contact>().fields[index]); }, rows);
    }
    Contact read;
    const PackedRow first(rows.data() + 1);
    read_fields(first, entity_of<Contact>(), &read);
    CHECK(read.first_name == "Ada");
    CHECK(read.last_name == "Lovelace");
    const PackedRow second(rows.data() + 1 + first.bytes().size());
    read_fields(second, entity_of<Contact>(), &read);
    CHECK(read.first_name.empty());
    CHECK(read.last_name == "B");
    CHECK(read.social_profiles == bob.social_profiles);
    CHECK(rows.size() == 1 + first.bytes().size() + second.bytes().size());
}

}  // namespace
}  // namespace crmkit
