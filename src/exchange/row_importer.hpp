/// `RowImporter`: one row of a file into the store, with all its records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "engine/write_path.hpp"
#include "file_keys.hpp"
#include "import_tally.hpp"
#include "later_references.hpp"
#include "reference_finder.hpp"
#include "twin_finder.hpp"

namespace crmkit::exchange::detail {

/// What became of a row.
struct RowOutcome {
    ImportRow row{};
    std::vector<ImportProblem> problems{};
    /// It was refused after something of it had been written: the transaction must be undone.
    bool must_undo = false;
};

/// Imports rows. Every call must be inside a WriteScope.
class RowImporter {
  public:
    RowImporter(Session& session, const CompiledPlan& plan, const FileColumns& file,
                ImportTally& tally);

    /// Writes the records of a row, or finds out why not. Throws what is not about the row.
    RowOutcome import(const InputRow& row);
    /// Looks for a reference that waited for the end of the file, and writes it. What is wrong with
    /// it is returned, not thrown; `must_undo` as above.
    RowOutcome complete(const LaterReferences::Entry& entry);

    [[nodiscard]] LaterReferences& later() { return later_; }
    /// Something was taken back.
    void forget_all() { finder_.forget_all(); }

    /// Whether a record was here before the import began.
    [[nodiscard]] bool was_here(Id record) const { return finder_.was_here(record); }

  private:
    /// What a reference of the row turned out to be.
    enum class Found : std::uint8_t { nothing, record, to_create, later, left_empty, refused };
    struct Reference {
        Found found = Found::nothing;
        Link link{};
        ReferenceValues values;
    };
    struct Child {
        Record record;
        bool has_value = false;
        FieldSet given;
    };
    /// Whose problems are being collected: the row's record, or that of a reference or a child.
    struct Place {
        const Entity* entity = nullptr;
        std::size_t reference = none;
        std::size_t child = none;
    };

    void start(const InputRow& row);
    [[nodiscard]] bool is_left_out(const InputRow& row);
    void take_file_problems(const InputRow& row);

    void resolve(std::size_t number);
    bool read_values(std::size_t number);
    void decide_missing(std::size_t number);
    void convert_main();
    void convert_children();
    void convert(const FieldSource& source, const MutableRecordView& record, FieldSet& given,
                 bool& has_value);
    void set_reference(const Field& field, const MutableRecordView& record, const Link& link);
    bool set_text(const Field& field, const MutableRecordView& record, std::string_view text,
                  std::string& why);
    void read_key();
    void choose_own_key();
    void fill_computed_fields();
    void remark_same_key();
    void check_all();
    void check_object(const Place& place, void* object);

    void write();
    void adopt_twin();
    Link create_related(std::size_t number, const ReferenceValues& values);
    void write_references();
    bool write_children(bool is_known);
    UpsertAction write_child(const CompiledChild& plan, Child& child, bool is_known);
    bool find_child(const CompiledChild& plan, const Child& child, Record& found);
    template <typename Write>
    bool attempt(Write write);

    void add_problem(std::optional<std::size_t> column, std::string_view entity,
                     std::string_view field, std::string value, std::string message);
    void add_engine_problems(const Error& error);
    [[nodiscard]] std::optional<std::size_t> column_of(const Place& place,
                                                       std::string_view field) const;
    [[nodiscard]] bool is_reported(std::string_view entity, std::string_view field) const;

    Session& session_;
    engine::SessionState& state_;
    const CompiledPlan& plan_;
    const FileColumns& file_;
    ImportTally& tally_;
    ReferenceFinder finder_;
    TwinFinder twins_;
    LaterReferences later_;
    FileKeys keys_;

    Record fresh_;
    Record record_;
    FieldSet given_;
    engine::Computed computed_ = engine::Computed::not_yet;  ///< of record_
    std::vector<Reference> references_;
    std::vector<Child> children_;
    UpsertKey key_;
    UpsertKey own_key_ = UpsertKey::fields({"id"});
    /// The key of the row: one of them, or null when the row makes a new record.
    const UpsertKey* row_key_ = nullptr;
    std::string scratch_;
    Place place_;
    const InputRow* row_ = nullptr;
    RowOutcome outcome_;
    std::vector<std::size_t> remarks_;

    /// Numbers of warnings: by reference, and for keys that are in the file twice.
    std::vector<std::size_t> without_value_;
    std::vector<std::size_t> left_empty_;
    std::size_t same_key_ = 0;
};

}  // namespace crmkit::exchange::detail
