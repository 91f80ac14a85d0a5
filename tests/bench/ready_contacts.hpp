/// `ReadyContacts`: contacts as rows with everything that crmkit would have to work out about them,
/// for the other side to insert.
#pragma once

#include <string>
#include <vector>

#include "crmkit/model/contact.hpp"
#include "raw/raw_writer.h"

namespace crmkit::bench {

/// What a program has of a contact before it hands it over.
struct Person {
    std::string first_name;
    std::string last_name;
    std::string email;
    std::string phone;

    [[nodiscard]] Contact contact() const;
};

/// People that differ from one another and from all of a specimen's, by their number on.
[[nodiscard]] std::vector<Person> people(int count, int first_number);

class ReadyContacts {
  public:
    ReadyContacts(const std::vector<Person>& people, Id first_id, Instant now);
    [[nodiscard]] std::size_t size() const { return contacts_.size(); }
    /// Borrowed from this object.
    [[nodiscard]] raw_contact row(std::size_t i) const;

  private:
    std::vector<Contact> contacts_;
    std::vector<std::string> words_;
    std::vector<std::string> history_;
};

}  // namespace crmkit::bench
