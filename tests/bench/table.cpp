#include "table.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace crmkit::bench {

namespace {

/// Two digits behind the point, none where a figure is large.
std::string written(double figure) {
    char text[32];
    std::snprintf(text, sizeof text, std::abs(figure) < 100 ? "%.2f" : "%.0f", figure);
    return text;
}

std::string written(Target target) {
    switch (target.kind) {
        case Target::Kind::none:
            return "–";
        case Target::Kind::at_most:
            return "≤ " + written(target.value);
        case Target::Kind::at_least:
            return "≥ " + written(target.value);
    }
    return {};
}

void print(std::string_view text) { std::printf("| %.*s ", int(text.size()), text.data()); }

}  // namespace

Table::Table() {
    std::printf("| id | subject | against | unit | crmkit | other | figure | target | verdict |\n");
    std::printf("| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- |\n");
}

void Table::compare(const Subject& subject, const Measured& measured, Target target) {
    for (const std::string_view part : {subject.id, subject.name, subject.against, subject.unit}) {
        print(part);
    }
    print(written(measured.crmkit));
    print(written(measured.other));
    finish_line(target.kind == Target::Kind::at_least ? measured.other / measured.crmkit
                                                      : measured.crmkit / measured.other,
                target);
}

void Table::tell(const Subject& subject, double value, Target target) {
    for (const std::string_view part : {subject.id, subject.name, subject.against, subject.unit}) {
        print(part);
    }
    print(written(value));
    print("–");
    finish_line(value, target);
}

void Table::finish_line(double figure, Target target) {
    print(written(figure));
    print(written(target));
    const bool is_judged = target.is_binding && target.kind != Target::Kind::none;
    const char* const verdict = !is_judged             ? "–"
                                : target.holds(figure) ? "holds"
                                                       : "**falls short**";
    std::printf("| %s |\n", verdict);
    std::fflush(stdout);
    any_missed_ = any_missed_ || target.is_missed(figure);
}

}  // namespace crmkit::bench
