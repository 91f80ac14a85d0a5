/// CSV as a whole: the published acid test, and what must hold for any text.
#include "crmkit/exchange/csv.hpp"

#include <nlohmann/json.hpp>

#include "crmkit/base/random.hpp"
#include "csv_support.hpp"

using namespace csv_support;
using crmkit::Random;

namespace {

/// Random text over a few characters, so that what is special is frequent.
std::string random_text(Random& random, const std::vector<std::string>& pieces,
                        std::uint64_t most) {
    std::string text;
    for (std::uint64_t left = random.below(most + 1); left > 0; --left) {
        text += pieces[random.below(pieces.size())];
    }
    return text;
}

CsvDialect random_dialect(Random& random) {
    constexpr std::string_view delimiters = ",;\t|:";
    constexpr std::string_view quotes = "\"'";
    CsvDialect dialect;
    dialect.delimiter = delimiters[random.below(delimiters.size())];
    dialect.quote = quotes[random.below(quotes.size())];
    dialect.escape = random.chance(300) ? '\\' : '\0';
    dialect.skip_spaces = random.chance(300);
    dialect.line_end = static_cast<LineEnd>(random.below(3));
    return dialect;
}

/// A text and options under which reading must not depend on how the bytes arrive. The first line
/// is longer than the block that the encoding is found out from, and left out.
struct RandomFile {
    std::string text;
    CsvOptions options;
};

RandomFile random_file(Random& random) {
    static const std::vector<std::string> pieces{"a",
                                                 "b ",
                                                 ",",
                                                 ";",
                                                 "\n",
                                                 "\r\n",
                                                 "\r",
                                                 "\"",
                                                 "\"",
                                                 "\"\"",
                                                 ",\"",
                                                 "\",",
                                                 "'",
                                                 "\\",
                                                 "\t",
                                                 "|",
                                                 " ",
                                                 "é",
                                                 "€",
                                                 "\xFF",
                                                 "\xC3",
                                                 std::string(1, '\0'),
                                                 ":",
                                                 "=1+",
                                                 "'",
                                                 "\\\"",
                                                 "\n\n",
                                                 "x,y\n",
                                                 "\n\"",
                                                 "\"\n",
                                                 "longer text of a field"};
    RandomFile made;
    for (std::size_t i = 0; i < 33000; ++i) {
        made.text += "é";
    }
    made.text += "\r\n" + random_text(random, pieces, 200);
    made.options.skip_lines = 1;
    made.options.header = random.chance(500);
    made.options.skip_blank_lines = random.chance(500);
    made.options.unguard = random.chance(200);
    made.options.encoding = Encoding::utf8;
    if (random.chance(800)) {
        made.options.dialect = random_dialect(random);
    }
    if (random.chance(400)) {
        made.options.limits.max_field_bytes = random.below(40) + 1;
        made.options.limits.max_row_bytes = random.below(80) + 1;
        made.options.limits.max_columns = random.below(6) + 1;
    }
    return made;
}

}  // namespace

TEST_SUITE("csv") {
    TEST_CASE("csv-spectrum, 12 of 12") {
        const auto folder = find_test_data("csv_spectrum");
        if (!folder) {
            MESSAGE("skipped: no csv_spectrum data");
            return;
        }
        std::size_t passed = 0;
        for (const auto& entry : std::filesystem::directory_iterator(*folder / "csvs")) {
            const std::string name = entry.path().stem().string();
            CAPTURE(name);
            FileSource source(entry.path().string());
            CsvReader reader(source);
            nlohmann::json rows = nlohmann::json::array();
            for (const CsvRow& row : reader) {
                CHECK(row.ok());
                nlohmann::json object;
                for (std::size_t i = 0; i < reader.header().size(); ++i) {
                    object[reader.header()[i]] = std::string(row[i]);
                }
                rows.push_back(object);
            }
            auto expected = nlohmann::json::parse(file_text(*folder / "json" / (name + ".json")));
            if (name == "location_coordinates") {
                // One object instead of a list, and another telephone number than in the CSV.
                expected["Contact Phone Number"] = "2095257564";
                expected = nlohmann::json::array({expected});
            }
            CHECK(rows == expected);
            passed += rows == expected ? 1U : 0U;
        }
        CHECK(passed == 12);
    }

    TEST_CASE("real files of many kinds are read without a problem") {
        struct Known {
            const char* file;
            char delimiter;
            std::size_t columns;
            std::size_t rows;
        };
        const Known known[] = {
            {"crm_sales_opportunities/accounts.csv", ',', 7, 85},
            {"crm_sales_opportunities/products.csv", ',', 3, 7},
            {"crm_sales_opportunities/sales_teams.csv", ',', 3, 35},
            {"crm_sales_opportunities/sales_pipeline.csv", ',', 8, 8800},
            {"bank_marketing/bank_market.csv", ',', 18, 45211},
            {"marketing_campaign/marketing_campaign.csv", '\t', 29, 2240},
            {"pyjedai_er/test/der/restaurantProfiles.csv", '|', 6, 864},
            {"febrl/dataset1.csv", ',', 11, 1000},
            {"febrl/dataset2.csv", ',', 11, 5000},
        };
        const auto folder = find_test_data("");
        if (!folder) {
            MESSAGE("skipped: no shared test data");
            return;
        }
        for (const Known& each : known) {
            CAPTURE(each.file);
            if (!std::filesystem::exists(*folder / each.file)) {
                MESSAGE("skipped: no " << each.file);
                continue;
            }
            FileSource source((*folder / each.file).string());
            CsvReader reader(source);
            CHECK(reader.dialect().delimiter == each.delimiter);
            CHECK(reader.header().size() == each.columns);
            std::size_t rows = 0;
            for (const CsvRow& row : reader) {
                rows += row.ok() ? 1U : 0U;
            }
            CHECK(rows == each.rows);
            CHECK(reader.byte_offset() == source.size());
        }
    }

    TEST_CASE("what is written is read back equal") {
        const std::vector<std::string> pieces{"a",
                                              "B9",
                                              ",",
                                              ";",
                                              "\n",
                                              "\r\n",
                                              "\r",
                                              "\"",
                                              "'",
                                              "\\",
                                              "\t",
                                              "|",
                                              " ",
                                              ":",
                                              "é",
                                              "日",
                                              "𝄞",
                                              "=",
                                              "+",
                                              "-1",
                                              "@",
                                              "sep=;",
                                              "''",
                                              ".5",
                                              "\\\"",
                                              "\xEF\xBB\xBF",
                                              "＝",
                                              "#",
                                              std::string(1, '\0')};
        Random random(20261121);
        for (int round = 0; round < 3000; ++round) {
            CAPTURE(round);
            CsvWriterOptions writing;
            writing.dialect = random_dialect(random);
            writing.dialect.sep_line = random.chance(200);
            writing.guard_formulas = random.chance(500);
            writing.byte_order_mark = random.chance(300);
            writing.quote_all = random.chance(200);
            const std::uint64_t width = 1 + random.below(5);
            std::vector<Fields> rows(random.below(6));
            std::vector<std::vector<bool>> missing(rows.size(), std::vector<bool>(width));
            std::string text;
            StringSink sink(text);
            CsvWriter writer(sink, writing);
            for (std::size_t r = 0; r < rows.size(); ++r) {
                for (std::size_t i = 0; i < width; ++i) {
                    missing[r][i] = width > 1 && random.chance(150);
                    rows[r].push_back(missing[r][i] ? "" : random_text(random, pieces, 8));
                    missing[r][i] ? writer.missing() : writer.field(rows[r][i]);
                }
                writer.end_row();
            }
            writer.close();
            CsvOptions reading;
            reading.header = false;
            reading.dialect = writing.dialect;
            reading.unguard = writing.guard_formulas;
            reading.encoding = Encoding::utf8;
            const Outcome outcome = read_all(text, reading);
            CAPTURE(text);
            REQUIRE(outcome.error.empty());
            REQUIRE(outcome.rows.size() == rows.size());
            for (std::size_t r = 0; r < rows.size(); ++r) {
                REQUIRE(outcome.rows[r].fields == rows[r]);
                REQUIRE_FALSE(outcome.rows[r].malformed);
                REQUIRE_FALSE(outcome.rows[r].ragged);
                for (std::size_t i = 0; i < width; ++i) {
                    REQUIRE((rows[r][i].empty() && !outcome.rows[r].quoted[i]) == missing[r][i]);
                }
            }
        }
    }

    TEST_CASE("it does not matter how the bytes arrive") {
        Random random(7);
        for (int round = 0; round < 400; ++round) {
            CAPTURE(round);
            const RandomFile made = random_file(random);
            const Outcome whole = read_all(made.text, made.options);
            for (const std::size_t block : {std::size_t{1}, std::size_t{2}, std::size_t{61}}) {
                Trickle source(made.text, block);
                const Outcome trickled = read_all(source, made.options);
                REQUIRE(trickled.header == whole.header);
                REQUIRE(trickled.rows.size() == whole.rows.size());
                REQUIRE(trickled == whole);
            }
        }
    }

    TEST_CASE("hostile text: all fields are UTF-8, lines and offsets only grow") {
        Random random(11);
        for (int round = 0; round < 1000; ++round) {
            CAPTURE(round);
            RandomFile made = random_file(random);
            made.text.erase(0, 66002);
            made.options.skip_lines = 0;
            if (random.chance(500)) {
                made.options.encoding.reset();
            }
            MemorySource source(made.text);
            try {
                CsvReader reader(source, made.options);
                std::uint64_t line = 0;
                std::uint64_t offset = 0;
                for (const CsvRow& row : reader) {
                    REQUIRE(row.line() > line);
                    REQUIRE(reader.byte_offset() > offset);
                    line = row.line();
                    offset = reader.byte_offset();
                    for (const std::string_view field : row) {
                        REQUIRE(find_invalid_utf8(field) == std::string_view::npos);
                    }
                }
                REQUIRE(reader.byte_offset() == made.text.size());
            } catch (const Error& error) {
                REQUIRE(error.code() == ErrorCode::limit);
            }
        }
    }
}
