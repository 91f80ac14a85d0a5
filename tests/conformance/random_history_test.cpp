/// The same random history on every backend and on the store in memory: the same answers on the
/// way, the same state at the end.
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "conformance/naive.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/search_text.hpp"

namespace crmkit::conformance {
namespace {

/// Draws one act after the other from a seed and does it on a store. Two of them with the same seed
/// on stores that answer alike do the same.
class RandomHistory {
  public:
    RandomHistory(Storage& storage, const Registry& entities, std::uint64_t seed)
        : storage_(storage), entities_(entities), random_(seed) {}

    /// What the store answered.
    std::string act() {
        switch (random_.below(12)) {
            case 0:
                storage_.begin(Access::write);
                return "begin";
            case 1:
                if (storage_.depth() > 0) {
                    storage_.commit();
                }
                return "commit";
            case 2:
                storage_.rollback();
                return "rollback";
            case 3:
                return erase();
            case 4:
            case 5:
                return update();
            case 6:
                return append();
            case 7:
                return change_timeline();
            case 8:
                return search();
            default:
                return insert();
        }
    }

  private:
    const Entity& entity() {
        return *entities_.entities()[random_.below(entities_.entities().size())];
    }
    /// Small, so that records meet each other.
    Id some_id() { return Id{random_.between(1, 150)}; }

    Value value_for(const Field& field) {
        switch (field.type()) {
            case FieldType::reference:
                return random_.chance(600) ? Value(some_id()) : Value();
            case FieldType::polymorphic_reference:
                return random_.chance(600) ? Value(Link{entity().number, some_id()}) : Value();
            case FieldType::text:
            case FieldType::integer:
            case FieldType::decimal:
            case FieldType::boolean:
            case FieldType::money:
            case FieldType::date:
            case FieldType::instant:
            case FieldType::enumeration:
            case FieldType::json:
            case FieldType::text_list:
            case FieldType::structure_list:
                return random_value(field, random_);
        }
        return {};
    }

    void index(const Entity& described, const Record& record) {
        const std::string text = search_text(described, record.object());
        if (!text.empty()) {
            storage_.index_text(described, header_of(record).id(), text);
        }
    }
    void unindex(const Entity& described, Id id, const std::string& text) {
        if (!text.empty()) {
            storage_.unindex_text(described, id, text);
        }
    }

    std::string insert() {
        Record record(entity());
        const auto& described = static_cast<const Entity&>(record.structure());
        for (const Field& field : described.fields) {
            record.set(field, value_for(field));
        }
        header_of(record).id() = some_id();
        header_of(record).version() = 1;
        if (random_.chance(800)) {
            header_of(record).deleted_at().reset();
        }
        const ErrorCode code = code_of([&] { storage_.insert(described, record.object()); });
        if (code == ErrorCode::ok) {
            index(described, record);
        }
        return "insert " + std::string(to_string(code));
    }

    std::string update() {
        Record record(entity());
        const auto& described = static_cast<const Entity&>(record.structure());
        if (!storage_.get(described, some_id(), record.object())) {
            return "nothing to update";
        }
        const Id id = header_of(record).id();
        const std::string before = search_text(described, record.object());
        const std::int64_t version = header_of(record).version();
        for (std::uint64_t fields = 1 + random_.below(5); fields > 0; --fields) {
            const Field& field = described.fields[1 + random_.below(described.fields.size() - 1)];
            record.set(field, value_for(field));
        }
        record.set(described.fields[header::version - 1U], version + 1);
        const std::int64_t expected = random_.chance(900) ? version : version + 1;
        bool is_done = false;
        const ErrorCode code = code_of([&] {
            is_done = storage_.update(described, record.object(), record.touched(), expected);
        });
        if (is_done) {
            unindex(described, id, before);
            index(described, record);
        }
        return "update " + std::string(to_string(code)) + std::to_string(is_done);
    }

    std::string erase() {
        Record record(entity());
        const auto& described = static_cast<const Entity&>(record.structure());
        const Id id = some_id();
        const bool is_there = storage_.get(described, id, record.object());
        bool is_done = false;
        const ErrorCode code = code_of([&] { is_done = storage_.erase(described, id); });
        if (is_done) {
            unindex(described, id, search_text(described, record.object()));
        }
        return "erase " + std::to_string(is_there) + std::string(to_string(code)) +
               std::to_string(is_done);
    }

    std::string append() {
        const std::int64_t position = storage_.last_position() + 1;
        storage_.append(Change{position, Instant{position}, some_id(), "session", position - 1,
                               entity().number, some_id(), ChangeKind::updated, 2, "{}"});
        return "append " + std::to_string(position);
    }

    std::string change_timeline() {
        const TimelineEntry entry{some_id(),
                                  {Instant{random_.between(-5, 5)}, some_id(),
                                   static_cast<TimelineKind>(random_.below(64))},
                                  some_id(),
                                  entity().number};
        if (random_.chance(700)) {
            storage_.add_timeline({&entry, 1});
        } else {
            storage_.remove_timeline({&entry, 1});
        }
        return "timeline";
    }

    std::string search() {
        const std::string word =
            std::string(1, random_.chance(500) ? 'w' : 'v') + std::to_string(random_.below(10));
        std::string found = "search";
        for (const Id id : storage_.search(
                 entity(), {.words = std::span(&word, 1), .limit = 20, .before = some_id()})) {
            found += " " + to_string(id);
        }
        return found;
    }

    Storage& storage_;
    const Registry& entities_;
    Random random_;
};

TEST_CASE_TEMPLATE("random history: the same on every backend, over the standard entities", Backend,
                   CRMKIT_BACKENDS) {
    const Registry& entities = standard_registry();
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        CAPTURE(seed);
        Opened<Backend> store(entities);
        Opened<Memory> model(entities);
        RandomHistory here(*store, entities, seed);
        RandomHistory there(*model, entities, seed);
        for (int i = 0; i < 1500; ++i) {
            const std::string expected = there.act();
            REQUIRE(here.act() == expected);
            REQUIRE(store->depth() == model->depth());
        }
        CHECK(contents(*store, entities) == contents(*model, entities));
        while (store->depth() > 0) {
            store->rollback();
            model->rollback();
        }
        CHECK(contents(*store, entities) == contents(*model, entities));
        CHECK(problems_of(*store) == "");
        CHECK(problems_of(*model) == "");
        for (const Entity* entity : entities.entities()) {
            CHECK(ask(*store, *entity, {"order by created_at desc"}, {}, entities) ==
                  ask(*model, *entity, {"order by created_at desc"}, {}, entities));
        }
    }
}

}  // namespace
}  // namespace crmkit::conformance
