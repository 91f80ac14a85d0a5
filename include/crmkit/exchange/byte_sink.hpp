/// `ByteSink`: where an export pushes its bytes to: a file, a string, or the host's own writer.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace crmkit::exchange {

/// Bytes in order, pushed. One sink belongs to one thread at a time.
class ByteSink {
  public:
    ByteSink() = default;
    ByteSink(const ByteSink&) = delete;
    ByteSink& operator=(const ByteSink&) = delete;
    virtual ~ByteSink() = default;

    /// Takes all of `bytes`, or fails with `disk_full`, `io` or whatever the host's writer throws.
    virtual void write(std::string_view bytes) = 0;

    /// Everything has been written: makes it final. Some failures show only here. Once is enough.
    virtual void close();
};

/// A file that appears under its name only when it is complete. The bytes go to `path` + ".partial"
/// beside it; close() gives that file its name and so replaces an older one in one step. A sink
/// destroyed before close() leaves an older file as it was and no partial one. What is not a plain
/// file (a pipe, a device) is written to directly. Nothing is forced to the disk.
class FileSink final : public ByteSink {
  public:
    /// Opens for writing (UTF-8 path). Fails with `read_only` when it may not be written there,
    /// with `disk_full`, or with `io`, and with `invalid_argument` for an empty path, one with a
    /// NUL, and the file of an SQLite database, such as the store's own.
    explicit FileSink(const std::string& path);
    ~FileSink() override;

    void write(std::string_view bytes) override;
    void close() override;

  private:
    struct Close {
        void operator()(std::FILE* stream) const;
    };
    std::unique_ptr<std::FILE, Close> stream_;
    std::string path_;     // where the file shall be in the end
    std::string partial_;  // where it is until then; empty when written directly
};

/// Appends to a string. Borrowed: the string must outlive the sink.
class StringSink final : public ByteSink {
  public:
    explicit StringSink(std::string& out) : out_(out) {}
    void write(std::string_view bytes) override { out_.append(bytes); }

  private:
    std::string& out_;
};

/// The host's own writer: called with each block in order, must take all of it. What it throws
/// passes through.
class CallbackSink final : public ByteSink {
  public:
    using Write = std::function<void(std::string_view bytes)>;

    /// Fails with `invalid_argument` when there is no writer.
    explicit CallbackSink(Write write);
    void write(std::string_view bytes) override { write_(bytes); }

  private:
    Write write_;
};

}  // namespace crmkit::exchange
