#include "arrow_nodes.hpp"

#include <string>
#include <utility>

namespace crmkit::exchange::detail {

namespace {

struct SchemaData {
    std::string format;
    std::string name;
    ArrowFamily<ArrowSchema> family;
};

struct ArrayData {
    std::vector<ArrowBytes> buffers;
    std::vector<const void*> pointers;
    ArrowFamily<ArrowArray> family;
};

/// What every node's release does: frees its data and marks it as released.
template <typename Data, typename Node>
void release(Node* node) {
    delete static_cast<Data*>(node->private_data);
    node->private_data = nullptr;
    node->release = nullptr;
}

/// Where an empty buffer points to: some consumers take a null pointer for a mistake.
constexpr std::byte nothing[8] = {};

}  // namespace

void fill_schema(ArrowSchema& out, std::string_view format, std::string_view name, bool is_nullable,
                 ArrowFamily<ArrowSchema> family) {
    auto data = std::make_unique<SchemaData>(
        SchemaData{std::string(format), std::string(name), std::move(family)});
    ArrowSchema made{};
    data->family.attach(made);
    made.format = data->format.c_str();
    made.name = data->name.c_str();
    made.flags = is_nullable ? ARROW_FLAG_NULLABLE : 0;
    made.release = &release<SchemaData, ArrowSchema>;
    made.private_data = data.release();
    out = made;
}

void fill_array(ArrowArray& out, ArrowValues values, ArrowFamily<ArrowArray> family) {
    auto data =
        std::make_unique<ArrayData>(ArrayData{std::move(values.buffers), {}, std::move(family)});
    for (const ArrowBytes& buffer : data->buffers) {
        data->pointers.push_back(buffer.empty() ? nothing : buffer.data());
    }
    if (values.null_count == 0) {
        data->pointers.front() = nullptr;
    }
    ArrowArray made{};
    data->family.attach(made);
    made.length = values.length;
    made.null_count = values.null_count;
    made.n_buffers = static_cast<std::int64_t>(data->pointers.size());
    made.buffers = data->pointers.data();
    made.release = &release<ArrayData, ArrowArray>;
    made.private_data = data.release();
    out = made;
}

}  // namespace crmkit::exchange::detail
