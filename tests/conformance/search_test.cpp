#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "crmkit/base/text.hpp"

namespace crmkit::conformance {
namespace {

/// The words of a text as the search index takes them.
std::string folded_words(std::string_view text) {
    const std::string folded = fold(text);
    std::string joined;
    for_each_word(folded, [&joined](std::string_view word) {
        joined += joined.empty() ? "" : " ";
        joined += word;
    });
    return joined;
}

void add(Storage& storage, std::int64_t id, std::string_view text) {
    const Specimen one = specimen(id, std::string(text));
    storage.insert(specimens(), &one);
    storage.index_text(specimens(), Id{id}, folded_words(text));
}

/// The numbers of the records that a search finds, in its order: "4 2 1".
std::string find(Storage& storage, const std::vector<std::string>& words, std::size_t limit = 100,
                 std::int64_t before = 0, const Entity& entity = specimens(),
                 LastWord last = LastWord::beginning) {
    std::string found;
    const WordSearch wanted{words, last, limit, Id{before}};
    for (const Id id : storage.search(entity, wanted)) {
        found += (found.empty() ? "" : " ") + to_string(id);
    }
    return found;
}

TEST_CASE_TEMPLATE("search: words and beginnings of words, newest first", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "Acme Steel");
    add(*store, 2, "Acme Rubber");
    add(*store, 3, "Bright Steelworks");
    add(*store, 4, "Academy of Steel Acme");
    CHECK(find(*store, {"acme"}) == "4 2 1");
    CHECK(find(*store, {"ac"}) == "4 2 1");
    CHECK(find(*store, {"a"}) == "4 2 1");
    CHECK(find(*store, {"steel"}) == "4 3 1");
    CHECK(find(*store, {"steelw"}) == "3");
    CHECK(find(*store, {"steel", "acme"}) == "4 1");
    CHECK(find(*store, {"acme", "st"}) == "4 1");
    CHECK(find(*store, {"ac", "steel"}) == "");  // only the last may be a beginning
    CHECK(find(*store, {"acme", "acme"}) == "4 2 1");
    CHECK(find(*store, {"acme", "steel", "ac"}) == "4 1");
    CHECK(find(*store, {"rubber", "steel"}) == "");
    CHECK(find(*store, {"cme"}) == "");
    CHECK(find(*store, {"steelworksandmore"}) == "");
    CHECK(find(*store, {}) == "");
}

TEST_CASE_TEMPLATE("search: the last word as a whole", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "Acme Steel");
    add(*store, 2, "Acmes Steel");
    add(*store, 3, "Steel Acme Acme");
    const auto find_whole = [&store](const std::vector<std::string>& words, std::size_t limit,
                                     std::int64_t before) {
        return find(*store, words, limit, before, specimens(), LastWord::whole);
    };
    CHECK(find_whole({"acme"}, 100, 0) == "3 1");
    CHECK(find_whole({"acme"}, 1, 0) == "3");
    CHECK(find_whole({"acme"}, 100, 3) == "1");
    CHECK(find_whole({"steel", "acme"}, 100, 0) == "3 1");
    CHECK(find_whole({"acm"}, 100, 0) == "");
    CHECK(find_whole({}, 100, 0) == "");
}

TEST_CASE_TEMPLATE("search: limit and the place to go on from", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::vector<Id> expected;
    for (std::int64_t id = 1; id <= 50; ++id) {
        add(*store, id, "common w" + std::to_string(id % 5));
        expected.insert(expected.begin(), Id{id});
    }
    std::vector<Id> pages;
    const std::string word = "com";
    for (Id before;; before = pages.back()) {
        const auto page = store->search(
            specimens(), {.words = std::span(&word, 1), .limit = 7, .before = before});
        REQUIRE(page.size() <= 7);
        if (page.empty()) {
            break;
        }
        pages.insert(pages.end(), page.begin(), page.end());
    }
    CHECK(pages == expected);
    CHECK(find(*store, {"common", "w3"}, 3) == "48 43 38");
    CHECK(find(*store, {"common", "w3"}, 3, 38) == "33 28 23");
    CHECK(find(*store, {"common"}, 0) == "");
    CHECK(find(*store, {"common"}, 5, 1) == "");
}

TEST_CASE_TEMPLATE("search: accents, case and scripts by their fold", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "Straße nach Málaga");
    add(*store, 2, "O'Brien-Łukasz, A/S");
    add(*store, 3, "日本 株式会社");
    add(*store, 4, "Дмитрий");
    add(*store, 5, "12345 7b");
    const auto find_text = [&store](std::string_view text) {
        const std::string folded = fold(text);
        std::vector<std::string> query;
        for (const std::string_view word : words(folded)) {
            query.emplace_back(word);
        }
        return find(*store, query);
    };
    CHECK(find_text("STRASSE") == "1");
    CHECK(find_text("malaga") == "1");
    CHECK(find_text("MÁLAGA stra") == "1");
    CHECK(find_text("brien") == "2");
    CHECK(find_text("O'Brien") == "2");
    CHECK(find_text("lukasz o brien") == "2");
    CHECK(find_text("日本") == "3");
    CHECK(find_text("株式") == "3");
    CHECK(find_text("дмитр") == "4");
    CHECK(find_text("123") == "5");
    CHECK(find_text("7") == "5");
}

TEST_CASE_TEMPLATE("search: what was taken out is not found", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "one two two three");
    add(*store, 2, "two four");
    store->unindex_text(specimens(), Id{1}, "one two two three");
    CHECK(find(*store, {"two"}) == "2");
    CHECK(find(*store, {"one"}) == "");
    store->index_text(specimens(), Id{1}, "five two");
    CHECK(find(*store, {"two"}) == "2 1");
    CHECK(find(*store, {"three"}) == "");
    CHECK(find(*store, {"five"}) == "1");
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("search: entities are told apart", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "word");
    const Plain other = plain(2, "word");
    store->insert(entity_of<Plain>(), &other);
    store->index_text(entity_of<Plain>(), Id{2}, "word");
    CHECK(find(*store, {"word"}) == "1");
    CHECK(find(*store, {"word"}, 10, 0, entity_of<Plain>()) == "2");
    store->unindex_text(entity_of<Plain>(), Id{2}, "word");
    CHECK(find(*store, {"word"}) == "1");
}

TEST_CASE_TEMPLATE("search: an entity without searchable fields finds nothing", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(find(*store, {"word"}, 10, 0, entity_of<Person>()) == "");
}

TEST_CASE_TEMPLATE("search: words of every script, each found whole and by its beginning", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const std::vector<std::string> texts{
        "हिन्दी भाषा",                                   // Hindi: vowel signs inside the words
        "ภาษาไทย ที่",                                    // Thai
        "한국어 회사",                                  // Korean
        "العَرَبِيَّة شركة",                                 // Arabic with vowel points
        "עִבְרִית חברה",                                   // Hebrew with vowel points
        "தமிழ் நிறுவனம்",                                 // Tamil
        "ქართული ᲥᲐᲠᲗᲣᲚᲘ",  // Georgian, capitals of Unicode 11
        "𞤀𞤣𞤤𞤢𞤥",                         // Adlam, of Unicode 9
        "Tiếng Việt",                                   // two marks on a letter
        "ﬁnance ①②③ Ⅳ",                                 // compatibility forms
        "Ꭰ ꭰ Ꮳ",                                  // Cherokee
        "カタカナ ｶﾀｶﾅ が",                             // kana, narrow kana
        "x² ½ ٣",                                       // other digits
        "naïve café ÅNGSTRÖM",
        "“quoted” «guillemets» ‘single’ „low“",
        "dots…and·more•bullets、stop。 ¿que? ¡si!",
        "5€ 10£ ™brand© ×times÷ →arrow",
        "em—dash en–dash no-break\u00a0space",
    };
    for (std::size_t i = 0; i < texts.size(); ++i) {
        add(*store, static_cast<std::int64_t>(i) + 1, texts[i]);
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string folded = fold(texts[i]);
        const std::string id = std::to_string(i + 1);
        for (const std::string_view view : words(folded)) {
            const std::string word(view);
            CAPTURE(word);
            const auto finds = [&](const std::vector<std::string>& query) {
                return (" " + find(*store, query) + " ").find(" " + id + " ") != std::string::npos;
            };
            CHECK(finds({word}));
            CHECK(finds({word, word}));
            std::size_t first = 0;
            crmkit::detail::next_character(word, first);
            CHECK(finds({word.substr(0, first)}));
            CHECK_FALSE(finds({word, word + "x"}));
        }
    }
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("search: words that are none break nothing", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    add(*store, 1, "plain words NEAR AND OR NOT");
    std::vector<std::string> hostile(detail::hostile_texts.begin(), detail::hostile_texts.end());
    for (const std::string_view text : {"*", "\"", "\"\"", "^plain", "pl*", "name:plain", "(",
                                        "plain)", "{words}:plain", "-plain", "+plain", ""}) {
        hostile.emplace_back(text);
    }
    for (const std::string& text : hostile) {
        CAPTURE(text);
        // What they find is undefined, and they may be refused; that they are taken for operators
        // is not.
        for (const auto& query :
             {std::vector<std::string>{text, "rubber"}, std::vector<std::string>{"rubber", text}}) {
            std::string found;
            code_of([&] { found = find(*store, query); });
            CHECK(found == "");
        }
        CHECK(find(*store, {"plain"}) == "1");
    }
    CHECK(find(*store, {"near"}) == "1");
    CHECK(find(*store, {"and", "or", "not"}) == "1");
    CHECK(find(*store, {std::string(100'000, 'a')}).empty());
    CHECK(find(*store, std::vector<std::string>(200, "plain")) == "1");
}

TEST_CASE_TEMPLATE("search: a long text", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::string text;
    for (int i = 0; i < 50'000; ++i) {
        text += "w" + std::to_string(i) + " ";
    }
    const Specimen one = specimen(1);
    store->insert(specimens(), &one);
    store->index_text(specimens(), Id{1}, text);
    CHECK(find(*store, {"w49999"}) == "1");
    CHECK(find(*store, {"w123", "w4"}) == "1");
    store->unindex_text(specimens(), Id{1}, text);
    CHECK(find(*store, {"w"}) == "");
}

TEST_CASE_TEMPLATE("search: equals looking at every text, after random changes", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Random random(77);
    std::map<std::int64_t, std::string> texts;
    const auto random_words = [&random] {
        std::string text;
        for (std::uint64_t i = random.below(6); i > 0; --i) {
            text += (text.empty() ? "" : " ") +
                    std::string(1, static_cast<char>('a' + random.below(3))) +
                    std::to_string(random.below(30));
        }
        return text;
    };
    OpenTransaction transaction(*store);
    for (int i = 0; i < 800; ++i) {
        const std::int64_t id = random.between(1, 100);
        if (const auto known = texts.find(id); known != texts.end()) {
            store->unindex_text(specimens(), Id{id}, known->second);
        } else {
            const Specimen one = specimen(id);
            store->insert(specimens(), &one);
        }
        texts[id] = random_words();
        store->index_text(specimens(), Id{id}, texts[id]);
    }
    for (int i = 0; i < 300; ++i) {
        std::string wanted = random_words();
        if (wanted.empty()) {
            continue;
        }
        if (random.chance(500)) {
            wanted.pop_back();  // the beginning of the last word
        }
        std::vector<std::string> query;
        for (const std::string_view word : words(wanted)) {
            query.emplace_back(word);
        }
        std::string expected;
        for (const auto& [id, text] : texts) {
            const auto has = words(text);
            const bool matches =
                std::all_of(query.begin(), query.end() - 1,
                            [&has](const std::string& word) {
                                return std::find(has.begin(), has.end(), word) != has.end();
                            }) &&
                std::any_of(has.begin(), has.end(), [&query](std::string_view word) {
                    return word.starts_with(query.back());
                });
            if (matches) {
                expected = std::to_string(id) + (expected.empty() ? "" : " ") + expected;
            }
        }
        CAPTURE(wanted);
        CHECK(find(*store, query) == expected);
    }
    CHECK(problems_of(*store) == "");
    transaction.keep();
}

}  // namespace
}  // namespace crmkit::conformance
