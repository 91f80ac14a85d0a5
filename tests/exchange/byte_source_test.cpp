#include "crmkit/exchange/byte_source.hpp"

#include "csv_support.hpp"

using namespace csv_support;

namespace {

std::string take(ByteSource& source, std::size_t size) {
    std::string text(size, '\0');
    text.resize(source.read(text.data(), size));
    return text;
}

}  // namespace

TEST_SUITE("byte source") {
    TEST_CASE("a file: read, size") {
        TemporaryFolder folder;
        const std::string path = folder.file("a.txt");
        std::ofstream(path, std::ios::binary) << "0123456789";
        FileSource source(path);
        CHECK(source.size() == 10);
        CHECK(take(source, 4) == "0123");
        CHECK(take(source, 100) == "456789");
        CHECK(take(source, 100).empty());
    }

    TEST_CASE("an open stream is borrowed") {
        TemporaryFolder folder;
        const std::string path = folder.file("a.txt");
        std::ofstream(path, std::ios::binary) << "0123456789";
        std::FILE* const stream = std::fopen(path.c_str(), "rb");
        REQUIRE(stream != nullptr);
        CHECK(std::fgetc(stream) == '0');
        {
            FileSource source(stream);
            CHECK_FALSE(source.size().has_value());
            CHECK(take(source, 3) == "123");
        }
        CHECK(std::fgetc(stream) == '4');
        CHECK(std::fclose(stream) == 0);
        CHECK(error_of([] { FileSource source(static_cast<std::FILE*>(nullptr)); }).code() ==
              ErrorCode::invalid_argument);
    }

    TEST_CASE("a stream that cannot be read") {
        TemporaryFolder folder;
        std::FILE* const stream = std::fopen(folder.file("w.txt").c_str(), "wb");
        REQUIRE(stream != nullptr);
        FileSource source(stream);
        CHECK(error_of([&] { take(source, 1); }).code() == ErrorCode::io);
        CHECK(std::fclose(stream) == 0);
    }

    TEST_CASE("memory") {
        MemorySource source("abc");
        CHECK(source.size() == 3);
        CHECK(take(source, 2) == "ab");
        CHECK(take(source, 2) == "c");
        CHECK(take(source, 2).empty());
        MemorySource empty("");
        CHECK(take(empty, 1).empty());
    }

    TEST_CASE("a host's reader") {
        int left = 2;
        CallbackSource source(
            [&](char* out, std::size_t size) -> std::size_t {
                return left-- > 0 ? std::string_view("xy").copy(out, size) : 0;
            },
            4);
        CHECK(source.size() == 4);
        CHECK(take(source, 9) == "xy");
        CHECK(take(source, 1) == "x");
        CHECK(take(source, 9).empty());
        CallbackSource liar([](char*, std::size_t size) { return size + 1; });
        CHECK(error_of([&] { take(liar, 1); }).code() == ErrorCode::io);
        CHECK(error_of([] { CallbackSource none(nullptr); }).code() == ErrorCode::invalid_argument);
        CHECK(error_of([] { CallbackSink none(nullptr); }).code() == ErrorCode::invalid_argument);
    }
}
