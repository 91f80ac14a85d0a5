/// The answers as a person reads them.
#pragma once

#include "answers.hpp"
#include "terminal.hpp"

namespace sales_team {

void print_report(const Terminal& terminal, const Answers& answers);

}  // namespace sales_team
