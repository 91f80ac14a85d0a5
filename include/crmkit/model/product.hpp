/// `Product`: something that we sell.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// How a product is built.
CRMKIT_ENUM(ProductStructure, product, family, bundle);

/// What a product is.
CRMKIT_ENUM(ProductType, good, service, fee);

/// Where a product stands in its life.
CRMKIT_ENUM(ProductState, draft, active, under_revision, retired);

/// Something that we sell. One that was ever sold cannot be deleted; retire it.
struct Product {
    CRMKIT_ENTITY(Product, 20, "product", "products", "Something that we sell.");
    std::string name{};
    std::string product_number{};
    std::string category{};
    ProductStructure structure = ProductStructure::product;
    std::optional<ProductType> product_type{};
    ProductState state = ProductState::active;
    std::string status{};
    std::string description{};
    std::optional<Money> list_price{};
    std::optional<Money> standard_cost{};
    std::optional<Money> current_cost{};
    std::string default_unit{};
    std::optional<Date> valid_from{};
    std::optional<Date> valid_to{};
    std::string vendor_name{};
    std::string vendor_part_number{};
    std::string url{};
    std::vector<std::string> images{};
    bool is_stock_item = false;
    std::optional<Decimal> quantity_on_hand{};
    std::optional<Decimal> weight{};
    std::optional<Decimal> volume{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the product.").required().searchable(),
            CRMKIT_FIELD(11, product_number, "Number by which people refer to it.")
                .max_length(detail::longest_label_text)
                .unique()
                .searchable(),
            CRMKIT_FIELD(12, category, "The series or group it belongs to."),
            CRMKIT_FIELD(13, structure, "A product, a family of products or a bundle."),
            CRMKIT_FIELD(14, product_type, "Good, service or fee."),
            CRMKIT_FIELD(15, state, "Where it stands in its life; follows from the status.")
                .read_only(),
            CRMKIT_FIELD(17, status, "Where it stands in its life, in the host's words.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(16, description, "What a customer should know about it.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(20, list_price, "Price of one unit before any discount."),
            CRMKIT_FIELD(21, standard_cost, "What one unit is planned to cost us.").financial(),
            CRMKIT_FIELD(22, current_cost, "What one unit costs us now.").financial(),
            CRMKIT_FIELD(23, default_unit, "What a quantity counts.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(30, valid_from, "First day it can be sold."),
            CRMKIT_FIELD(31, valid_to, "Last day it can be sold."),
            CRMKIT_FIELD(40, vendor_name, "Who makes or supplies it."),
            CRMKIT_FIELD(41, vendor_part_number, "The vendor's number of it.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(50, url, "Web page of the product.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri),
            CRMKIT_FIELD(51, images, "Web addresses of pictures."),
            CRMKIT_FIELD(60, is_stock_item, "It is kept in stock."),
            CRMKIT_FIELD(61, quantity_on_hand, "How much is in stock, in default units."),
            CRMKIT_FIELD(62, weight, "Weight of one unit in kilograms."),
            CRMKIT_FIELD(63, volume, "Volume of one unit in litres."));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() { return std::array{Index{"name"}, Index{"category, name"}}; }
    static constexpr std::array transitions{
        Transition{"", "active"},
        Transition{"", "draft"},
        Transition{"", "under_revision"},
        Transition{"", "retired"},
        Transition{"draft", "active"},
        Transition{"draft", "retired"},
        Transition{"active", "under_revision"},
        Transition{"active", "retired"},
        Transition{"under_revision", "active"},
        Transition{"under_revision", "retired"},
        Transition{"retired", "active"},
    };
    static constexpr StateMachine state_machine{"state", "status", "", transitions};
    /// Refuses negative prices, costs and measures, and an end before the start.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.not_negative("list_price", list_price);
        checks.not_negative("standard_cost", standard_cost);
        checks.not_negative("current_cost", current_cost);
        checks.in_order("valid_from", valid_from, "valid_to", valid_to);
        checks.not_negative("weight", weight);
        checks.not_negative("volume", volume);
    }
};

}  // namespace crmkit
