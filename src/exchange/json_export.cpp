/// export_jsonl().
#include <algorithm>
#include <utility>
#include <vector>

#include "counting_sink.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/model/external_id.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/version.hpp"
#include "engine/base_currency.hpp"
#include "engine/session_state.hpp"
#include "export_counter.hpp"
#include "json_lines_format.hpp"

namespace crmkit::exchange {

namespace {

class JsonExporter {
  public:
    JsonExporter(Session& session, const ExportJsonl& what, ByteSink& sink,
                 const ProgressCallback& progress)
        : session_(session), what_(what), sink_(sink), counter_(session, progress) {
        for (const std::string& name : what.entities) {
            chosen_.push_back(&session.registry().get(name));
        }
    }

    ExportReport run() {
        const auto snapshot = session_.read_transaction();
        write_first_line();
        for (const Entity* entity : entities()) {
            write_live(*entity);
        }
        if (what_.include_deleted) {
            write_deleted();
        }
        flush(0);
        sink_.close();
        return counter_.finish(sink_.bytes());
    }

  private:
    [[nodiscard]] bool is_chosen(const Entity& entity) const {
        return chosen_.empty() ||
               std::find(chosen_.begin(), chosen_.end(), &entity) != chosen_.end();
    }

    /// The entities of the file: the chosen ones in the registry's order, and external ids.
    [[nodiscard]] std::vector<const Entity*> entities() const {
        std::vector<const Entity*> found;
        for (const Entity* entity : session_.registry().entities()) {
            if (is_chosen(*entity) || entity == &entity_of<ExternalId>()) {
                found.push_back(entity);
            }
        }
        return found;
    }

    /// External ids go with their records.
    [[nodiscard]] bool is_wanted(const Entity& entity, const Record& record) const {
        if (is_chosen(entity)) {
            return true;
        }
        const Entity* of = session_.registry().find(record.as<ExternalId>().record.entity);
        return of != nullptr && is_chosen(*of);
    }

    void write_first_line() {
        detail::JsonLinesHead head;
        head.crmkit = library_version;
        head.exported_at = session_.now();
        for (const Entity* entity : entities()) {
            head.entities.emplace_back(entity->name);
        }
        {
            engine::ReadScope storage(session_.state());
            head.currency = storage->setting(engine::base_currency_setting);
        }
        head.deleted = what_.include_deleted;
        append_json(buffer_, head);
        buffer_ += '\n';
    }

    void write_live(const Entity& entity) {
        const auto records = session_.stream(entity, "order by id", {});
        Record record(entity);
        while (records->next(record.object())) {
            if (is_wanted(entity, record)) {
                write(entity, record);
            }
        }
    }

    /// Deleted records are in no query: the history knows them. A record that was deleted twice is
    /// written where it was the second time, which is when it got its version.
    void write_deleted() {
        const auto wanted = entities();
        constexpr std::size_t page = 10'000;
        std::vector<Change> deletions;
        std::int64_t from = 1;
        bool at_end = false;
        while (!at_end) {
            at_end = true;
            deletions.clear();
            {
                engine::ReadScope storage(session_.state());
                storage->changes(Id{}, from, [&](const Change& change) {
                    from = change.position + 1;
                    if (change.kind == ChangeKind::deleted) {
                        deletions.push_back(change);
                    }
                    at_end = deletions.size() < page;
                    return at_end;
                });
            }
            for (const Change& deletion : deletions) {
                const Entity* entity = session_.registry().find(deletion.entity);
                if (std::find(wanted.begin(), wanted.end(), entity) != wanted.end()) {
                    write_deleted(*entity, deletion);
                }
            }
        }
    }

    void write_deleted(const Entity& entity, const Change& deletion) {
        Record record(entity);
        if (session_.try_read(entity, deletion.record, record.object(), Deleted::shown) &&
            header_of(record).deleted_at() && header_of(record).version() == deletion.version &&
            is_wanted(entity, record)) {
            write(entity, record);
        }
    }

    void write(const Entity& entity, const Record& record) {
        buffer_ += "{\"";
        buffer_ += entity.name;
        buffer_ += "\":";
        append_json(buffer_, record, {.registry = &session_.registry()});
        buffer_ += "}\n";
        constexpr std::size_t block = std::size_t{64} << 10U;
        flush(block);
        counter_.count(entity.name, sink_.bytes());
    }

    void flush(std::size_t least) {
        if (buffer_.size() >= least) {
            sink_.write(buffer_);
            buffer_.clear();
        }
    }

    Session& session_;
    const ExportJsonl& what_;
    detail::CountingSink sink_;
    detail::ExportCounter counter_;
    std::vector<const Entity*> chosen_;
    std::string buffer_;
};

}  // namespace

ExportReport export_jsonl(Session& session, const ExportJsonl& what, ByteSink& sink,
                          const ProgressCallback& progress) {
    return JsonExporter(session, what, sink, progress).run();
}

}  // namespace crmkit::exchange
