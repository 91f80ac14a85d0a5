#include "reference_finder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crmkit/model/external_id.hpp"
#include "crmkit/schema/normal_form.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::exchange::detail {

namespace {

constexpr std::size_t most_remembered = 20'000;

/// Appends a part of a key so that the parts can be told apart, whatever is in them.
void append_part(std::string& key, std::string_view part) {
    key += part;
    key += '\0';
    key += std::to_string(part.size());
    key += '\0';
}

/// The entity of the records that the lookup's query finds.
const Entity& searched_entity(const CompiledLookup& lookup) {
    return lookup.key_system.empty() ? *lookup.entity : entity_of<ExternalId>();
}

/// The entity that a link such as "user/123" names; null for other texts.
const Entity* linked_entity(const Registry& registry, std::string_view text) {
    const std::size_t slash = text.find('/');
    return slash == std::string_view::npos ? nullptr : registry.find(text.substr(0, slash));
}

Id highest_id(engine::SessionState& state) {
    const engine::ReadScope storage(state);
    return storage->highest_id();
}

/// Whether the text is a link of crmkit to a record of another entity than the lookup's.
bool names_other_entity(const Registry& registry, const CompiledLookup& lookup,
                        std::string_view text) {
    if (lookup.key_system != own_key_system) {
        return false;
    }
    const Entity* linked = linked_entity(registry, text);
    return linked != nullptr && linked != lookup.entity;
}

/// The text of a key: of a link of crmkit, only the id.
std::string_view key_in(const Registry& registry, const CompiledLookup& lookup,
                        std::string_view text) {
    const bool is_link =
        lookup.key_system == own_key_system && linked_entity(registry, text) != nullptr;
    return is_link ? text.substr(text.find('/') + 1) : text;
}

/// The record that is meant by one that the query has found.
Id meant_record(const CompiledLookup& lookup, const Record& found) {
    return lookup.key_system.empty() ? header_of(found).id() : found.as<ExternalId>().record.id;
}

}  // namespace

ReferenceFinder::ReferenceFinder(engine::SessionState& state, const CompiledPlan& plan)
    : state_(state), plan_(plan), highest_before_(highest_id(state)) {
    for (const CompiledReference& reference : plan.references) {
        std::vector<Search>& searches = searches_.emplace_back();
        for (const CompiledLookup& lookup : reference.lookups) {
            searches.push_back(
                {&lookup, state.engine().queries().query(searched_entity(lookup), lookup.query),
                 RecentlyUsed<Id>(most_remembered)});
        }
    }
}

/// The values of a key, and the text that they are remembered by. False when one is empty, or
/// cannot be read, which is a problem.
bool ReferenceFinder::make_key(const CompiledLookup& lookup, const ReferenceValues& values,
                               std::vector<Problem>& problems) {
    key_values_.clear();
    key_text_.clear();
    bool is_whole = true;
    for (const LookupKey& key : lookup.keys) {
        const Link link = values.links[key.column];
        const std::string_view text = key_in(plan_.registry, lookup, values.texts[key.column]);
        Value value;
        if (link) {
            value = key.field->type() == FieldType::reference ? Value(link.id) : Value(link);
        } else if (key.normal_source != nullptr) {
            value = text.empty()
                        ? Value()
                        : Value(normal_form(*key.normal_source, text, state_.engine().region()));
        } else if (key.field->type() == FieldType::text) {
            value = Value(tidy_text(*key.field, text));
        } else {
            std::string why;
            auto parsed = parse_text(*key.field, text, why, plan_.conversion);
            if (!parsed) {
                problems.push_back({std::string(lookup.entity->name), std::string(key.field->name),
                                    crmkit::detail::shown(text), std::move(why)});
                return false;
            }
            value = std::move(*parsed);
        }
        is_whole = is_whole && !value.is_null();
        append_part(key_text_, to_text(value));
        key_values_.push_back(std::move(value));
    }
    return is_whole;
}

std::optional<Id> ReferenceFinder::search(Search& search, const ReferenceValues& values,
                                          bool& has_key, std::vector<Problem>& problems) {
    if (names_other_entity(plan_.registry, *search.lookup, values.texts.front())) {
        return std::nullopt;
    }
    const std::size_t problems_before = problems.size();
    has_key = make_key(*search.lookup, values, problems);
    if (!has_key) {
        has_key = problems.size() != problems_before;
        return std::nullopt;
    }
    if (const Id* known = search.known.find(key_text_)) {
        return *known;
    }
    if (search.lookup->key_system == own_key_system) {
        if (const auto own =
                own_record(*search.lookup->entity, key_values_.front().view().text())) {
            search.known.put(key_text_, *own);
            return own;
        }
    }
    std::vector<ValueView> views(key_values_.begin(), key_values_.end());
    if (!search.lookup->key_system.empty()) {
        views.emplace_back(search.lookup->key_system);
        views.emplace_back(std::int64_t{search.lookup->entity->number});
    }
    const auto cursor = state_.writer().scan(*search.query, {views, state_.now(), {}});
    Record record(searched_entity(*search.lookup));
    if (!cursor->next(record.object())) {
        return std::nullopt;
    }
    const Id first = meant_record(*search.lookup, record);
    if (cursor->next(record.object())) {
        problems.push_back(
            {std::string(search.lookup->entity->name),
             std::string(search.lookup->keys[0].field->name),
             crmkit::detail::shown_value(key_values_.front()),
             fmt::format("matches several {}, {} and {} among them", search.lookup->entity->plural,
                         first.value, meant_record(*search.lookup, record).value)});
        return std::nullopt;
    }
    search.known.put(key_text_, first);
    return first;
}

Link ReferenceFinder::find(std::size_t reference, const ReferenceValues& values,
                           std::vector<Problem>& problems) {
    const std::size_t problems_before = problems.size();
    for (Search& one : searches_[reference]) {
        bool has_key = false;
        const auto id = search(one, values, has_key, problems);
        if (id) {
            return Link{one.lookup->entity->number, *id};
        }
        if (problems.size() != problems_before) {
            return {};
        }
    }
    return {};
}

std::optional<Id> ReferenceFinder::own_record(const Entity& entity, std::string_view id) const {
    const auto own = Id::parse(id);
    const bool is_here = own && was_here(*own) && state_.writer().is_live(entity, *own);
    return is_here ? own : std::nullopt;
}

const Entity& ReferenceFinder::sought_entity(std::size_t reference,
                                             const ReferenceValues& values) const {
    const std::vector<CompiledLookup>& lookups = plan_.references[reference].lookups;
    const auto named =
        std::find_if(lookups.begin(), lookups.end(), [&](const CompiledLookup& lookup) {
            return lookup.key_system == own_key_system &&
                   linked_entity(plan_.registry, values.texts.front()) == lookup.entity;
        });
    return named == lookups.end() ? *lookups.front().entity : *named->entity;
}

void ReferenceFinder::forget(const Entity& entity, const RecordView& record) {
    for (std::vector<Search>& searches : searches_) {
        for (Search& one : searches) {
            if (&searched_entity(*one.lookup) != &entity) {
                continue;
            }
            key_text_.clear();
            for (const LookupKey& key : one.lookup->keys) {
                // A path leads to another record, and from which rows is not known.
                if (key.is_path) {
                    one.known.clear();
                    break;
                }
                append_part(key_text_, to_text(record.get(*key.field)));
            }
            one.known.erase(key_text_);
        }
    }
}

void ReferenceFinder::forget_all() {
    for (std::vector<Search>& searches : searches_) {
        for (Search& one : searches) {
            one.known.clear();
        }
    }
}

}  // namespace crmkit::exchange::detail
