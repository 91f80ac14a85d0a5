/// Ready-made pipelines, as data: a store creates one when its host asks for it by key.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "crmkit/model/choices.hpp"

namespace crmkit {

/// One stage of a ready-made pipeline; the fields are those of Stage.
struct StageTemplate {
    std::string_view name{};
    OpportunityState state = OpportunityState::open;
    /// In percent, 0 to 100.
    std::int64_t probability = 0;
    ForecastCategory forecast_category = ForecastCategory::pipeline;
    /// 0 for none.
    std::int64_t rotting_days = 0;
    std::string_view description{};
};

/// A ready-made pipeline. The stages are in order, the last one is that of lost deals.
struct PipelineTemplate {
    /// By which a host asks for it.
    std::string_view key{};
    std::string_view name{};
    std::string_view description{};
    std::span<const StageTemplate> stages{};
};

namespace detail {

inline constexpr std::array sales_stages{
    StageTemplate{"Qualification", OpportunityState::open, 10, ForecastCategory::pipeline, 30,
                  "Need, budget and the person who decides are known."},
    StageTemplate{"Needs analysis", OpportunityState::open, 25, ForecastCategory::pipeline, 30,
                  "What the customer needs is written down and agreed on."},
    StageTemplate{"Proposal", OpportunityState::open, 50, ForecastCategory::best_case, 21,
                  "The customer has an offer with a price."},
    StageTemplate{"Negotiation", OpportunityState::open, 75, ForecastCategory::commit, 14,
                  "Both sides agree on price and terms."},
    StageTemplate{"Won", OpportunityState::won, 100, ForecastCategory::closed, 0, ""},
    StageTemplate{"Lost", OpportunityState::lost, 0, ForecastCategory::omitted, 0, ""},
};

inline constexpr std::array spanco_stages{
    StageTemplate{"Suspect", OpportunityState::open, 5, ForecastCategory::omitted, 60,
                  "The company fits the target; nobody has talked to it yet."},
    StageTemplate{"Prospect", OpportunityState::open, 15, ForecastCategory::pipeline, 45,
                  "Someone there has shown interest."},
    StageTemplate{"Analyse", OpportunityState::open, 35, ForecastCategory::pipeline, 30,
                  "Need, budget and the way they decide are understood."},
    StageTemplate{"Négociation", OpportunityState::open, 60, ForecastCategory::best_case, 21,
                  "Offer and terms are talked about."},
    StageTemplate{"Conclusion", OpportunityState::open, 90, ForecastCategory::commit, 14,
                  "Agreed by word; the signature is missing."},
    StageTemplate{"Ordre", OpportunityState::won, 100, ForecastCategory::closed, 0,
                  "The order is there and is being carried out."},
    StageTemplate{"Perdu", OpportunityState::lost, 0, ForecastCategory::omitted, 0, ""},
};

inline constexpr std::array spancor_stages{
    StageTemplate{"Suspect", OpportunityState::open, 5, ForecastCategory::omitted, 60,
                  "The company fits the target; nobody has talked to it yet."},
    StageTemplate{"Prospect", OpportunityState::open, 15, ForecastCategory::pipeline, 45,
                  "Someone there has shown interest."},
    StageTemplate{"Analyse", OpportunityState::open, 40, ForecastCategory::pipeline, 30,
                  "Need, budget and the way they decide are understood."},
    StageTemplate{"Négociation", OpportunityState::open, 70, ForecastCategory::commit, 21,
                  "Offer and terms are talked about."},
    StageTemplate{"Commande", OpportunityState::won, 100, ForecastCategory::closed, 0,
                  "The order is signed."},
    StageTemplate{"Objectif", OpportunityState::won, 100, ForecastCategory::closed, 0,
                  "The order counts towards the seller's target."},
    StageTemplate{"Réalisation", OpportunityState::won, 100, ForecastCategory::closed, 0,
                  "What was sold is delivered."},
    StageTemplate{"Perdu", OpportunityState::lost, 0, ForecastCategory::omitted, 0, ""},
};

}  // namespace detail

/// All ready-made pipelines.
inline constexpr std::array pipeline_templates{
    PipelineTemplate{"sales", "Sales", "A plain pipeline from the first talk to the order.",
                     detail::sales_stages},
    PipelineTemplate{"spanco", "SPANCO",
                     "Suspect, prospect, analysis, negotiation, conclusion, order: the method "
                     "taught in France.",
                     detail::spanco_stages},
    PipelineTemplate{"spancor", "SPANCOR",
                     "Suspect, prospect, analysis, negotiation, order, target, delivery: SPANCO "
                     "followed beyond the signature.",
                     detail::spancor_stages},
};

/// The ready-made pipeline with this key, or null.
constexpr const PipelineTemplate* find_pipeline_template(std::string_view key) {
    for (const PipelineTemplate& pipeline : pipeline_templates) {
        if (pipeline.key == key) {
            return &pipeline;
        }
    }
    return nullptr;
}

}  // namespace crmkit
