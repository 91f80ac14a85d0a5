/// A pipe from processes of a test to their parent.
#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <stdexcept>
#include <type_traits>

namespace crmkit::testing {

/// Carries messages of one type, which do not mix. Made before the processes.
template <typename Message>
class MessagePipe {
    static_assert(std::is_trivially_copyable_v<Message> && sizeof(Message) <= _POSIX_PIPE_BUF);

  public:
    MessagePipe() {
        if (::pipe(ends_.data()) != 0) {
            throw std::runtime_error("cannot make a pipe");
        }
    }
    MessagePipe(const MessagePipe&) = delete;
    MessagePipe& operator=(const MessagePipe&) = delete;
    ~MessagePipe() {
        close(0);
        close(1);
    }
    /// What each side does first, so that it sees the end of the other.
    void only_read() { close(1); }
    void only_write() { close(0); }

    /// Waits while the pipe is full. The process ends when the parent has.
    void send(const Message& message) {
        if (::write(ends_[1], &message, sizeof message) != ssize_t{sizeof message}) {
            throw std::runtime_error("the parent is gone");
        }
    }
    /// Waits for the next message; nothing when all senders are gone.
    std::optional<Message> receive() {
        Message message;
        ssize_t size = 0;
        do {
            size = ::read(ends_[0], &message, sizeof message);
        } while (size < 0 && errno == EINTR);
        return size == ssize_t{sizeof message} ? std::optional(message) : std::nullopt;
    }

  private:
    void close(std::size_t end) {
        if (ends_[end] >= 0) {
            ::close(ends_[end]);
            ends_[end] = -1;
        }
    }
    std::array<int, 2> ends_{-1, -1};
};

}  // namespace crmkit::testing
