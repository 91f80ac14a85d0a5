/// import_jsonl().
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "crmkit/exchange/exporter.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "crmkit/schema/value_text.hpp"
#include "engine/base_currency.hpp"
#include "engine/cause_scope.hpp"
#include "engine/snapshot.hpp"
#include "export_counter.hpp"
#include "json_lines_format.hpp"
#include "line_reader.hpp"

namespace crmkit::exchange {

namespace {

class JsonImporter {
  public:
    JsonImporter(Session& session, ByteSource& file, const ProgressCallback& progress)
        : session_(session),
          lines_(file),
          writer_(session),
          counter_(session, progress, file.size()) {}

    ExportReport run() {
        read_first_line();
        std::string_view line;
        while (!writer_.has_enough_problems() && lines_.next(line)) {
            if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
                read_record(line);
            }
        }
        if (writer_.problems().empty()) {
            writer_.finish();
        }
        if (!writer_.problems().empty()) {
            throw Error::about(code_, writer_.problems());
        }
        return counter_.finish(lines_.bytes());
    }

  private:
    void read_first_line() {
        std::string_view line;
        if (!lines_.next(line)) {
            throw Error(ErrorCode::syntax, "the file is empty");
        }
        Record head(structure_of<detail::JsonLinesHead>());
        std::vector<Problem> problems;
        const ErrorCode code = try_read_json(head, line, problems);
        const auto& read = head.as<detail::JsonLinesHead>();
        if (code != ErrorCode::ok || read.crmkit.empty()) {
            throw Error(
                ErrorCode::syntax,
                "line 1 is not that of an export of crmkit: {\"crmkit\":\"…\",\"format\":1,…}");
        }
        if (read.format > detail::json_lines_format) {
            throw Error(
                ErrorCode::unsupported,
                fmt::format("the file has format {}, written by crmkit {}; this version "
                            "reads formats up to {}",
                            read.format, shortened(read.crmkit), detail::json_lines_format));
        }
        take_currency(read.currency);
        std::vector<const Entity*> entities;
        for (const std::string& name : read.entities) {
            entities.push_back(session_.registry().find(name));
        }
        writer_.remove_first_data(entities);
    }

    void take_currency(const std::string& code) {
        if (code.empty()) {
            return;
        }
        const auto currency = Currency::find(code);
        if (!currency) {
            throw Error::about(ErrorCode::validation, Problem{{},
                                                              "currency",
                                                              crmkit::detail::shown(code),
                                                              "is not an ISO 4217 currency code",
                                                              1});
        }
        Storage& storage = session_.state().writer();
        const std::string known = storage.setting(engine::base_currency_setting);
        if (!known.empty() && known != currency->code()) {
            throw Error(ErrorCode::restricted,
                        fmt::format("the file is of a store in {}, but this one is in {}",
                                    currency->code(), known));
        }
        storage.put_setting(engine::base_currency_setting, currency->code());
    }

    /// {"account":{…}}
    void read_record(std::string_view line) {
        JsonScanner scanner(line);
        const Entity* entity = nullptr;
        std::string_view json;
        std::size_t members = 0;
        std::string name;
        const bool is_object = scanner.read_object([&](std::string_view member, std::size_t) {
            ++members;
            name = member;
            entity = session_.registry().find(member);
            return scanner.skip_value(json);
        });
        if (!is_object || !scanner.read_end()) {
            refuse({{},
                    {},
                    {},
                    std::string(scanner.fault().message),
                    0,
                    static_cast<std::int64_t>(scanner.fault().offset) + 1},
                   ErrorCode::syntax);
        } else if (members != 1 || entity == nullptr) {
            refuse({{}, {}, shortened(name), "is not one record of a known entity", 0, 1},
                   ErrorCode::validation);
        } else {
            add(*entity, json, static_cast<std::int64_t>(json.data() - line.data()));
        }
    }

    void add(const Entity& entity, std::string_view json, std::int64_t offset) {
        Record record(entity);
        std::vector<Problem> problems;
        const ErrorCode code =
            try_read_json(record, json, problems, {.registry = &session_.registry()});
        if (code != ErrorCode::ok) {
            for (Problem& problem : problems) {
                problem.column += offset;
                refuse(std::move(problem), code);
            }
            return;
        }
        writer_.add(entity, record.object(), lines_.number());
        counter_.count(entity.name, lines_.bytes());
    }

    void refuse(Problem problem, ErrorCode code) {
        code_ = writer_.problems().empty() ? code : code_;
        writer_.add_problem(std::move(problem), lines_.number());
    }

    Session& session_;
    detail::LineReader lines_;
    engine::SnapshotWriter writer_;
    detail::ExportCounter counter_;
    ErrorCode code_ = ErrorCode::validation;
};

}  // namespace

ExportReport import_jsonl(Session& session, ByteSource& file, const ProgressCallback& progress) {
    engine::SessionState& state = session.state();
    engine::WriteScope scope(state);
    const engine::CauseScope origin(state, 0, "restore");
    ExportReport report = JsonImporter(session, file, progress).run();
    scope.commit();
    return report;
}

}  // namespace crmkit::exchange
