/// The rules of sales: what the library does itself when opportunities, their lines, stages and
/// pipelines are written.
#pragma once

#include <span>
#include <vector>

#include "crmkit/model/opportunity.hpp"
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
/// The amount of an opportunity with lines is the sum of theirs, and so are its totals.
void after_opportunity_line(const WriteEvent& event);
/// Works out the totals of an opportunity anew.
void recompute_totals(Session& session, Opportunity& deal);
/// Adds a problem when an update gives an opportunity with lines another amount than theirs.
void check_amount(const WriteEvent& event, std::vector<Problem>& problems);

/// A transaction has its cost in the currency of its amount, and keeps that of its lines.
void before_transaction(WriteEvent& event, std::vector<Problem>& problems);
/// Lines count up, in the currency of their transaction.
void before_transaction_line(WriteEvent& event, std::vector<Problem>& problems);

/// A stage keeps its pipeline, and its state while opportunities are in it; the fields that it
/// requires exist.
void before_stage(WriteEvent& event, std::vector<Problem>& problems);
/// A new default pipeline takes the place of the one before.
void after_pipeline(const WriteEvent& event);

// ---- What a store of an earlier version lacks.

/// Numbers the transaction lines that have no number.
void fill_in_line_numbers(Session& session);
/// Gives products that have only a state the default status of that.
void fill_in_product_statuses(Session& session);

}  // namespace crmkit::sales
