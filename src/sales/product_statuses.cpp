/// What an upgrade fills in of products.
#include <string>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/product.hpp"
#include "crmkit/model/status.hpp"
#include "engine/write_path.hpp"
#include "sales_rules.hpp"

namespace crmkit::sales {

void fill_in_product_statuses(Session& session) {
    for (const Status& status : session.query<Status>("entity = 'product' and is_default").all()) {
        for (const Product& product :
             session.query<Product>("status is null and state = :state", {{"state", status.state}})
                 .all()) {
            Product after = product;
            after.status = status.name;
            engine::amend_record(session.state(), entity_of<Product>(), &product, &after);
        }
    }
}

}  // namespace crmkit::sales
