/// Writes the reference pages from the declarations: entities.md and operations.md in the folder
/// given. With --check, compares instead, and ends with 1 when a page is out of date.
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>

#include "crmkit/engine/operation.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/value_text.hpp"

using namespace crmkit;

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '|' ? "\\|" : std::string(1, c);
    }
    return out;
}

std::string type_of(const Field& field) {
    std::string type(to_string(field.type()));
    if (field.type() == FieldType::enumeration) {
        type += ":";
        for (const std::string_view label : field.native->labels) {
            type += " " + std::string(label);
        }
    } else if (!field.target.empty()) {
        type += " to " + std::string(field.target);
    } else if (field.type() == FieldType::structure_list) {
        type = "list of " + std::string(field.native->row_structure().name);
    } else if (field.type() == FieldType::text && field.longest != 255) {
        type += ", at most " + std::to_string(field.longest);
    }
    return type;
}

std::string marks_of(const Field& field) {
    std::string marks;
    const auto add = [&marks](bool is_set, std::string_view mark) {
        if (is_set) {
            marks += (marks.empty() ? "" : ", ") + std::string(mark);
        }
    };
    add(field.is_required && !field.is_supplied, "required");
    add(field.is_supplied, "supplied");
    add(field.is_unique, "unique");
    add(field.is_searchable, "searchable");
    add(field.is_read_only, "read-only");
    add(field.is_computed, "computed");
    add(field.is_hierarchy, "tree");
    add(field.privacy != Privacy::none, to_string(field.privacy));
    add(!field.children_name.empty(), "listed as " + std::string(field.children_name));
    add(!field.target.empty() && field.on_delete != OnDelete::restrict,
        "on delete " + std::string(to_string(field.on_delete)));
    return marks;
}

void write_fields(std::ostream& out, const Structure& structure, std::size_t from) {
    out << "| id | field | type | | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const Field& field : structure.fields.subspan(from)) {
        out << "| " << field.id << " | `" << field.name << "` | " << escaped(type_of(field))
            << " | " << escaped(marks_of(field)) << " | " << escaped(field.help) << " |\n";
    }
    out << "\n";
}

void write_states(std::ostream& out, const StateMachine& machine) {
    out << "States (`" << machine.state_field << "`, from `" << machine.status_field << "`):";
    for (const Transition& move : machine.transitions) {
        out << (&move == machine.transitions.data() ? " " : ", ")
            << (move.from.empty() ? "new" : move.from) << " → " << move.to;
        if (move.needs_reason) {
            out << " (needs `" << machine.reason_field << "`)";
        }
    }
    out << ".\n\n";
}

std::string entities_page() {
    std::ostringstream out;
    const Registry& registry = standard_registry();
    out << "# Entities\n\nMade from the declarations in `include/crmkit/model/`; do not edit.\n\n"
           "Every record begins with this header:\n\n";
    const Structure& any = *registry.entities().front();
    Structure head = any;
    head.fields = any.fields.first(header::count);
    write_fields(out, head, 0);
    for (const Entity* entity : registry.entities()) {
        out << "## " << entity->name << "\n\n"
            << entity->help << " List: `" << entity->plural << "`. Number: " << entity->number
            << ".\n\n";
        write_fields(out, *entity, header::count);
        if (entity->state_machine != nullptr) {
            write_states(out, *entity->state_machine);
        }
        if (!entity->indexes.empty()) {
            out << "Fast lists:";
            for (const Index& index : entity->indexes) {
                out << (&index == entity->indexes.data() ? " `" : ", `") << index.fields << "`"
                    << (index.is_unique ? " (unique)" : "");
            }
            out << ".\n\n";
        }
    }
    return out.str();
}

/// Notes the row structures of a structure, and theirs, for a section each.
void collect_rows(const Structure& structure, std::map<std::string, const Structure*>& rows) {
    for (const Field& field : structure.fields) {
        if (field.type() == FieldType::structure_list) {
            const Structure& row = field.native->row_structure();
            if (rows.emplace(row.name, &row).second) {
                collect_rows(row, rows);
            }
        }
    }
}

std::string operations_page() {
    std::ostringstream out;
    std::map<std::string, const Structure*> rows;
    out << "# Operations\n\nMade from the declarations; do not edit. In C++ a function of the "
           "module, in C `crmkit_call()`, in Python a method of the session; what the operations "
           "on records do, its tables do there, such as `crm.accounts`.\n\n";
    for (const Operation* operation : all_operations()) {
        out << "## " << operation->name << "\n\n"
            << operation->help << (operation->has_progress ? " Tells how far it is." : "")
            << "\n\nInput:\n\n";
        write_fields(out, *operation->input, 0);
        out << "Result:\n\n";
        write_fields(out, *operation->output, 0);
        collect_rows(*operation->input, rows);
        collect_rows(*operation->output, rows);
    }
    out << "# Rows\n\n";
    for (const auto& [name, row] : rows) {
        out << "## " << name << "\n\n" << row->help << "\n\n";
        write_fields(out, *row, 0);
    }
    return out.str();
}

bool is_current(const std::string& path, const std::string& page) {
    std::ifstream file(path, std::ios::binary);
    const std::string found((std::istreambuf_iterator<char>(file)), {});
    if (found != page) {
        std::cerr << path << " is out of date: run the target crmkit_reference\n";
    }
    return found == page;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: crmkit_reference_pages FOLDER [--check]\n";
        return 2;
    }
    const std::string folder = argv[1];
    bool is_all_current = true;
    for (const auto& [name, page] :
         {std::pair<std::string, std::string>{"entities.md", entities_page()},
          {"operations.md", operations_page()}}) {
        const std::string path = folder + "/" + name;
        if (argc > 2) {
            is_all_current = is_current(path, page) && is_all_current;
        } else {
            std::ofstream(path, std::ios::binary) << page;
        }
    }
    return is_all_current ? 0 : 1;
}
