/// `Specimen`: a store with a made-up but lifelike crowd in it, to measure on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/crm.hpp"
#include "scratch_folder.hpp"

namespace crmkit::bench {

/// A family name out of a thousand, so that short prefixes find many and long ones few.
[[nodiscard]] std::string family_name(Random& random);

/// A contact whose texts depend on its number and on chance only.
[[nodiscard]] Contact contact_number(int number, Random& random, const std::vector<Id>& accounts);

/// How many of what there are in a store.
struct Crowd {
    int contacts = 0;
    int interactions = 0;
    [[nodiscard]] int accounts() const { return contacts / 200 + 1; }
};

/// Interactions of the account that has most.
inline constexpr int busiest_interactions = 1'000;

/// A store of contacts, accounts and interactions, gone with this object.
class Specimen {
  public:
    explicit Specimen(const Crowd& crowd, const OpenOptions& options = fast());

    [[nodiscard]] static OpenOptions fast();
    [[nodiscard]] Crm& crm() { return *crm_; }
    [[nodiscard]] std::string path() const { return folder_.file("store.db"); }
    /// Another file with the same records.
    [[nodiscard]] std::string copy();
    [[nodiscard]] const std::vector<Id>& contacts() const { return contacts_; }
    [[nodiscard]] const std::vector<Id>& accounts() const { return accounts_; }
    /// The account with 1,000 interactions, where there are so many at all.
    [[nodiscard]] Id busiest_account() const { return accounts_.front(); }

  private:
    void fill(const Crowd& crowd);
    void add_contacts(Session& me, int count);
    void add_interactions(Session& me, int count);

    ScratchFolder folder_;
    std::optional<Crm> crm_;
    std::vector<Id> accounts_;
    std::vector<Id> contacts_;
    int copies_ = 0;
};

}  // namespace crmkit::bench
