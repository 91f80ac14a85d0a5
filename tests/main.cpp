/// The main() of every test program, and the tally of test cases that tests/run adds up.
///
/// A case that cannot run here (no test data, say) says so with MESSAGE("skipped: the reason") and
/// returns; it is then counted as skipped. One that sweeps over many faults says at its end how
/// many with MESSAGE("volume: 1,000 kills"), and gets a row of the table that tests/sweeps.sh
/// collects.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

namespace {

class Tally final : public doctest::IReporter {
  public:
    explicit Tally(const doctest::ContextOptions& options) : options_(options) {}

    void test_case_start(const doctest::TestCaseData& data) override {
        name_ = data.m_name;
        volume_.clear();
        case_skipped_ = false;
    }

    void log_message(const doctest::MessageData& message) override {
        constexpr std::string_view volume = "volume: ";
        const std::string_view text = message.m_string.c_str();
        if (text.starts_with("skipped:")) {
            case_skipped_ = true;
            std::cout << text << '\n';
        } else if (text.starts_with(volume)) {
            volume_ = text.substr(volume.size());
        }
    }

    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        if (!volume_.empty()) {
            std::cout << "[sweep] | " << name_ << " | " << volume_ << " | "
                      << (stats.testCaseSuccess ? "ok" : "failed") << " | " << std::fixed
                      << std::setprecision(1) << stats.seconds << " s |" << std::endl;
        }
        if (!stats.testCaseSuccess) {
            ++failed_;
        } else if (case_skipped_) {
            ++skipped_;
        } else {
            ++passed_;
        }
    }

    void test_run_end(const doctest::TestRunStats& /*stats*/) override {
        if (!options_.count && !options_.list_test_cases && !options_.list_test_suites &&
            !options_.list_reporters) {
            std::cout << "[tally] passed=" << passed_ << " failed=" << failed_
                      << " skipped=" << skipped_ << '\n';
        }
    }

    void report_query(const doctest::QueryData& /*data*/) override {}
    void test_run_start() override {}
    void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
    void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
    void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& /*data*/) override {}
    void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}

  private:
    const doctest::ContextOptions& options_;
    int passed_ = 0;
    int failed_ = 0;
    int skipped_ = 0;
    bool case_skipped_ = false;
    std::string name_;
    std::string volume_;
};

REGISTER_LISTENER("tally", 1, Tally);

}  // namespace
