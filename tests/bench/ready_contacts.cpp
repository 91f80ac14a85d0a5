#include "ready_contacts.hpp"

#include "crmkit/schema/search_text.hpp"
#include "specimen.hpp"

namespace crmkit::bench {

namespace {

/// The values that the history keeps of a new contact, as JSON.
std::string history_of(const Contact& contact) {
    std::string json = "{";
    for (const Field& field : entity_of<Contact>().fields) {
        const ValueView value = RecordView(contact).get(field);
        if (field.id > header::count && value.kind() == ValueKind::text) {
            json += (json.size() == 1 ? "\"" : ",\"") + std::to_string(field.id) + "\":[null,\"" +
                    std::string(value.text()) + "\"]";
        } else if (value.kind() == ValueKind::boolean) {
            json += ",\"" + std::to_string(field.id) + "\":[null,\"false\"]";
        }
    }
    return json + "}";
}

}  // namespace

Contact Person::contact() const {
    Contact contact;
    contact.first_name = first_name;
    contact.last_name = last_name;
    contact.email = email;
    contact.phone = phone;
    return contact;
}

std::vector<Person> people(int count, int first_number) {
    Random random(static_cast<std::uint64_t>(first_number));
    std::vector<Person> found;
    for (int i = 0; i < count; ++i) {
        const Contact contact = contact_number(first_number + i, random, {});
        found.push_back({contact.first_name, contact.last_name, contact.email, contact.phone});
    }
    return found;
}

ReadyContacts::ReadyContacts(const std::vector<Person>& people, Id first_id, Instant now) {
    contacts_.reserve(people.size());
    for (const Person& person : people) {
        Contact& contact = contacts_.emplace_back(person.contact());
        contact.id = Id{first_id.value + static_cast<std::int64_t>(contacts_.size()) - 1};
        contact.created_at = now;
        contact.full_name = contact.first_name + " " + contact.last_name;
        contact.email_normal = contact.email;
        contact.phone_normal = contact.phone;
        words_.push_back(search_text(entity_of<Contact>(), &contact));
        history_.push_back(history_of(contact));
    }
}

raw_contact ReadyContacts::row(std::size_t i) const {
    const Contact& c = contacts_[i];
    return {c.id.value,
            c.created_at.microseconds,
            c.first_name.c_str(),
            c.last_name.c_str(),
            c.full_name.c_str(),
            c.email.c_str(),
            c.email_normal.c_str(),
            c.phone.c_str(),
            c.phone_normal.c_str(),
            history_[i].c_str(),
            words_[i].c_str(),
            {static_cast<unsigned char>(i), static_cast<unsigned char>(i >> 8U)}};
}

}  // namespace crmkit::bench
