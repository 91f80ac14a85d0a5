/// Processes of a test.
#pragma once

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace crmkit::testing {

/// A process made by fork(), gone with this object. Whoever makes one has no store open: what a
/// process inherits of an open store is no use to it.
class ChildProcess {
  public:
    /// Runs `work` in a process of its own, which ends with 0, or with 1 when `work` throws.
    template <typename Work>
    explicit ChildProcess(Work work) : id_(::fork()) {
        if (id_ < 0) {
            throw std::runtime_error("cannot fork");
        }
        if (id_ == 0) {
            ::_exit(run(work));
        }
    }
    ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess() {
        kill();
        wait();
    }

    /// kill -9. The process may have ended already.
    void kill() const {
        if (id_ > 0) {
            (void)::kill(id_, SIGKILL);
        }
    }
    [[nodiscard]] bool is_running() const {
        siginfo_t ended{};
        const int looks = WEXITED | WNOHANG | WNOWAIT;
        return id_ > 0 && ::waitid(P_PID, static_cast<id_t>(id_), &ended, looks) == 0 &&
               ended.si_pid == 0;
    }
    /// Waits for the end, and says how it came: "exit 0", "signal 9".
    std::string wait() {
        int status = 0;
        if (id_ <= 0 || ::waitpid(std::exchange(id_, -1), &status, 0) < 0) {
            return "no process";
        }
        return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                   : "exit " + std::to_string(WEXITSTATUS(status));
    }

  private:
    template <typename Work>
    static int run(Work& work) {
        try {
            work();
            return 0;
        } catch (const std::exception& error) {
            (void)std::fprintf(stderr, "process %d: %s\n", ::getpid(), error.what());
        } catch (...) {
            (void)std::fprintf(stderr, "process %d: an unknown exception\n", ::getpid());
        }
        return 1;
    }

    pid_t id_;
};

/// A number that processes have in common. Made before them.
class SharedCount {
  public:
    SharedCount() {
        void* const memory = ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::runtime_error("cannot share memory");
        }
        count_ = new (memory) std::atomic<int>(0);
    }
    SharedCount(const SharedCount&) = delete;
    SharedCount& operator=(const SharedCount&) = delete;
    ~SharedCount() { ::munmap(count_, sizeof(std::atomic<int>)); }

    void add(int more) { *count_ += more; }
    [[nodiscard]] int value() const { return *count_; }

  private:
    static_assert(std::atomic<int>::is_always_lock_free);
    std::atomic<int>* count_ = nullptr;
};

/// Runs work(0) to work(count - 1) in processes of their own, and checks that each ends well.
template <typename Work>
void in_processes(int count, Work work) {
    std::vector<ChildProcess> children;
    for (int number = 0; number < count; ++number) {
        children.emplace_back([&work, number] { work(number); });
    }
    for (ChildProcess& child : children) {
        CHECK(child.wait() == "exit 0");
    }
}

}  // namespace crmkit::testing
