/// `StoredMap`: a host's storage that can be written down as text and read again.
#pragma once

#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crmkit/store/ordered_map.hpp"

namespace crmkit::testing {

/// Keeps what it is told at once: nothing of it fails, and nothing is undone.
class StoredMap final : public OrderedMap {
  public:
    /// A line for each entry, "key value"; bytes that are no visible characters as \xNN.
    void write(const std::string& path) const {
        std::ofstream file(path);
        for (const auto& [key, value] : entries_) {
            file << shown(key) << ' ' << shown(value) << '\n';
        }
    }
    static std::shared_ptr<StoredMap> read(const std::string& path) {
        std::ifstream file(path);
        if (!file) {
            throw std::runtime_error(path + " is not there: tests/data/add makes it, once");
        }
        auto map = std::make_shared<StoredMap>();
        for (std::string line; std::getline(file, line);) {
            const std::size_t space = line.find(' ');
            map->entries_[meant(line.substr(0, space))] = meant(line.substr(space + 1));
        }
        return map;
    }

    void begin(Access) override {}
    void commit() override {}
    void rollback() noexcept override {}
    bool get(std::string_view key, std::string& value) override {
        const auto found = entries_.find(key);
        if (found != entries_.end()) {
            value = found->second;
        }
        return found != entries_.end();
    }
    void scan(std::string_view from, std::string_view until, Direction direction,
              const Visitor& visit) override {
        auto low = entries_.lower_bound(from);
        auto high = entries_.lower_bound(until);
        while (low != high) {
            const auto at = direction == Direction::ascending ? low++ : --high;
            if (!visit(at->first, at->second)) {
                return;
            }
        }
    }
    void put(std::string_view key, std::string_view value) override {
        entries_.insert_or_assign(std::string(key), std::string(value));
    }
    void erase(std::string_view key) override { entries_.erase(std::string(key)); }

  private:
    static std::string shown(std::string_view bytes) {
        std::string text;
        for (const char byte : bytes) {
            char code[5] = {byte};
            if (byte <= ' ' || byte > '~' || byte == '\\') {
                (void)std::snprintf(code, sizeof code, "\\x%02X", static_cast<unsigned char>(byte));
            }
            text += code;
        }
        return text;
    }
    static std::string meant(std::string_view text) {
        std::string bytes;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\') {
                bytes +=
                    static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
                i += 3;
            } else {
                bytes += text[i];
            }
        }
        return bytes;
    }

    std::map<std::string, std::string, std::less<>> entries_;
};

}  // namespace crmkit::testing
