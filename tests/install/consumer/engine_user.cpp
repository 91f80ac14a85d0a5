#include <crmkit/base/error.hpp>
#include <cstdio>

int main() {
    const auto name = crmkit::to_string(crmkit::ErrorCode::not_found);
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    return name == "not_found" ? 0 : 1;
}
