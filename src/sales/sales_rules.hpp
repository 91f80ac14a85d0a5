/// The rules of sales: what the library does itself when opportunities, their lines, stages and
/// pipelines are written.
#pragma once

#include <span>
#include <vector>

#include "engine/rules.hpp"

namespace crmkit::sales {

using engine::Rule;

/// All rules of sales, in the order they run.
std::span<const Rule> sales_rules();

// ---- The rules by themselves, each in the file named after its entity.

/// The stage of an opportunity decides its pipeline and state, and, unless set by hand, its
/// probability and forecast category; what closing and reopening fill and empty.
void before_opportunity(WriteEvent& event, std::vector<Problem>& problems);
/// Each stay in a stage has a row in the stage history.
void after_opportunity(const WriteEvent& event);

/// Lines count up, have one currency, and stay inside their bundle's opportunity.
void before_opportunity_line(WriteEvent& event, std::vector<Problem>& problems);
/// The amount of an opportunity with lines is the sum of theirs.
void after_opportunity_line(const WriteEvent& event);
/// Adds a problem when an update gives an opportunity with lines another amount than theirs.
void check_amount(const WriteEvent& event, std::vector<Problem>& problems);

/// A stage keeps its pipeline, and its state while opportunities are in it; the fields that it
/// requires exist.
void before_stage(WriteEvent& event, std::vector<Problem>& problems);
/// A new default pipeline takes the place of the one before.
void after_pipeline(const WriteEvent& event);

}  // namespace crmkit::sales
