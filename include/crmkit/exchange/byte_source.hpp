/// `ByteSource`: where an import pulls its bytes from: a file, memory, or the host's own reader.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crmkit::exchange {

/// Bytes in order, pulled. One source belongs to one thread at a time.
class ByteSource {
  public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    /// Puts at most `size` (> 0) bytes at `out` and returns how many; 0 means the end, and only
    /// that. Fewer than `size` is not the end. Fails with `io`, or with whatever the host's reader
    /// throws.
    virtual std::size_t read(char* out, std::size_t size) = 0;

    /// How many bytes there are in all, where that is known; for progress.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const;
};

/// A file, read from its start.
class FileSource final : public ByteSource {
  public:
    /// Opens `path` (UTF-8). Fails with `io` when it cannot be opened, also for a folder, and with
    /// `invalid_argument` for an empty path or one with a NUL.
    explicit FileSource(const std::string& path);
    /// Reads an open stream from where it stands, e.g. stdin. Borrowed: must outlive the source,
    /// and is not closed. Its size is not known.
    explicit FileSource(std::FILE* stream);

    std::size_t read(char* out, std::size_t size) override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

  private:
    struct Close {
        bool owned;
        void operator()(std::FILE* stream) const;
    };
    std::unique_ptr<std::FILE, Close> stream_;
    std::string path_;
    std::optional<std::uint64_t> size_;
};

/// Text in memory. Borrowed: the text must outlive the source.
class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(std::string_view text) : text_(text) {}
    /// A temporary string would be gone before it is read.
    template <std::same_as<std::string> Text>
    explicit MemorySource(Text&& text) = delete;

    std::size_t read(char* out, std::size_t size) override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return text_.size(); }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// The host's own reader, with the contract of ByteSource::read. What it throws passes through.
class CallbackSource final : public ByteSource {
  public:
    using Read = std::function<std::size_t(char* out, std::size_t size)>;

    /// `size` is the number of bytes in all, where the host knows it. Fails with `invalid_argument`
    /// when there is no reader.
    explicit CallbackSource(Read read, std::optional<std::uint64_t> size = std::nullopt);

    /// Fails with `io` when the reader claims more bytes than it was asked for.
    std::size_t read(char* out, std::size_t size) override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

  private:
    Read read_;
    std::optional<std::uint64_t> size_;
};

}  // namespace crmkit::exchange
