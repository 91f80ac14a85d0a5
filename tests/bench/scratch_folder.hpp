/// `ScratchFolder`: a folder for files to measure on.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "crmkit/base/error.hpp"

namespace crmkit::bench {

/// A folder of its own, gone with this object.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "crmkit_bench_XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            throw Error(ErrorCode::io, "cannot make the folder " + name);
        }
        path_ = name;
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

  private:
    std::filesystem::path path_;
};

}  // namespace crmkit::bench
