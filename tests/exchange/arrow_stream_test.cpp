#include "crmkit/exchange/arrow_stream.hpp"

#include <cerrno>
#include <new>
#include <stdexcept>

#include "arrow_support.hpp"
#include "crmkit/crm.hpp"
#include "crmkit/model/registry.hpp"
#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;
using exchange::ArrowOptions;
using exchange::ArrowSource;

namespace {

CRMKIT_ENUM(Colour, red, green, blue);

/// A record with a member of each kind.
struct Sample {
    CRMKIT_ENTITY(Sample, 990, "sample", "samples", "A member of each kind.");
    std::string text{};
    std::optional<std::int64_t> integer{};
    std::int64_t whole_integer = 0;
    std::optional<Decimal> decimal{};
    bool boolean = false;
    std::optional<Money> money{};
    std::optional<Date> date{};
    std::optional<Instant> instant{};
    Instant whole_instant{};
    std::optional<Colour> colour{};
    Colour whole_colour = Colour::red;
    Id reference{};
    Link link{};
    Json json{};
    std::vector<std::string> list{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, text, "Text."), CRMKIT_FIELD(11, integer, "Integer."),
            CRMKIT_FIELD(12, whole_integer, "Never null."), CRMKIT_FIELD(13, decimal, "Decimal."),
            CRMKIT_FIELD(14, boolean, "Boolean."), CRMKIT_FIELD(15, money, "Money."),
            CRMKIT_FIELD(16, date, "Date."), CRMKIT_FIELD(17, instant, "Instant."),
            CRMKIT_FIELD(18, whole_instant, "Never null."), CRMKIT_FIELD(19, colour, "Colour."),
            CRMKIT_FIELD(20, whole_colour, "Never null."),
            CRMKIT_FIELD(21, reference, "Reference.").refers_to("account"),
            CRMKIT_FIELD(22, link, "Link.").refers_to("account, contact"),
            CRMKIT_FIELD(23, json, "JSON."), CRMKIT_FIELD(24, list, "List."));
    }
};

Sample full_sample() {
    Sample sample;
    sample.id = Id{7};
    sample.text = "Grüße";
    sample.integer = -5;
    sample.whole_integer = INT64_MAX;
    sample.decimal = *Decimal::parse("-0.000000001");
    sample.boolean = true;
    sample.money = Money::of("-12.5", "EUR");
    sample.date = *Date::parse("1815-12-10");
    sample.instant = *Instant::parse("1969-12-31T23:59:59.999999Z");
    sample.whole_instant = *Instant::parse("2026-01-05T09:00:00Z");
    sample.colour = Colour::blue;
    sample.whole_colour = Colour::green;
    sample.reference = Id{42};
    sample.link = {Contact::entity_number, Id{43}};
    sample.json = {R"({"a": [1, 2]})"};
    sample.list = {"one", "", "three"};
    return sample;
}

/// Records of a vector, as a store would show them.
class ListedRecords : public RecordStream {
  public:
    explicit ListedRecords(std::vector<Sample> samples) : samples_(std::move(samples)) {}
    bool next() override { return ++at_ <= samples_.size(); }
    void read(void* object) override { *static_cast<Sample*>(object) = samples_[at_ - 1]; }
    ValueView value(std::size_t index) override {
        return entity_of<Sample>().fields[index].get(&samples_[at_ - 1]);
    }
    PackedRow packed() override {
        packed_.clear();
        pack_fields(
            entity_of<Sample>(), nullptr, [this](std::size_t index) { return value(index); },
            packed_);
        return PackedRow(packed_.data());
    }

  private:
    std::vector<Sample> samples_;
    std::size_t at_ = 0;
    std::string packed_;
};

class ListedSource final : public ArrowSource {
  public:
    explicit ListedSource(std::unique_ptr<RecordStream> records, int* ended = nullptr)
        : records_(std::move(records)), ended_(ended) {}
    ~ListedSource() override {
        if (ended_ != nullptr) {
            ++*ended_;
        }
    }
    void read_batch(const std::function<void(RecordStream&)>& read) override { read(*records_); }

  private:
    std::unique_ptr<RecordStream> records_;
    int* ended_;
};

OwnedStream arrow_of(std::unique_ptr<ArrowSource> source, const ArrowOptions& options = {}) {
    OwnedStream stream;
    exchange::arrow_stream(std::move(source), entity_of<Sample>(), standard_registry(), options,
                           *stream);
    return stream;
}

OwnedStream arrow_of(std::vector<Sample> samples, const ArrowOptions& options = {}) {
    return arrow_of(
        std::make_unique<ListedSource>(std::make_unique<ListedRecords>(std::move(samples))),
        options);
}

/// The source of a stream that fails with whatever `fail` throws.
class FailingSource final : public ArrowSource {
  public:
    explicit FailingSource(std::function<void()> fail) : fail_(std::move(fail)) {}
    void read_batch(const std::function<void(RecordStream&)>& /*read*/) override { fail_(); }

  private:
    std::function<void()> fail_;
};

/// A value as the tests' consumer shows it.
std::vector<std::string> expected(const ValueView& value, const Registry& registry) {
    switch (value.kind()) {
        case ValueKind::null:
            return {"null"};
        case ValueKind::text:
            return {std::string(value.text())};
        case ValueKind::integer:
        case ValueKind::id:
            return {std::to_string(value.integer())};
        case ValueKind::decimal: {
            const std::string text = to_string(value.decimal());
            const std::size_t point = text.find('.');
            const std::string decimals = point == std::string::npos ? "" : text.substr(point + 1);
            return {text.substr(0, point) + "." + decimals + std::string(9 - decimals.size(), '0')};
        }
        case ValueKind::boolean:
            return {value.boolean() ? "true" : "false"};
        case ValueKind::money: {
            const Money money = value.money();
            const std::string text = to_string(money);
            const std::size_t end = text.find(' ');
            const auto decimals = static_cast<std::size_t>(money.currency.exponent());
            return {
                text.substr(0, end) + (decimals == 0 ? "." : "") + std::string(4 - decimals, '0'),
                text.substr(end + 1)};
        }
        case ValueKind::date:
            return {to_string(value.date())};
        case ValueKind::instant:
            return {to_string(value.instant())};
        case ValueKind::link:
            return {std::to_string(value.id().value),
                    std::string(registry.get(value.link().entity).name)};
        case ValueKind::text_list: {
            std::string list;
            for (const std::string& item : value.list()) {
                list += (list.empty() ? "" : "|") + item;
            }
            return {"[" + list + "]"};
        }
    }
    return {};
}

void check_batch(const ArrowSchema& schema, const ArrowArray& batch, const Entity& entity,
                 const std::vector<Record>& records, const Registry& registry) {
    REQUIRE(batch.length == static_cast<std::int64_t>(records.size()));
    for (const Field& field : entity.fields) {
        CAPTURE(std::string(field.name));
        const std::int64_t column = column_of(schema, field.name);
        const std::string suffix(second_column_suffix(field.type()));
        for (std::size_t row = 0; row < records.size(); ++row) {
            const auto wanted = expected(records[row].get(field), registry);
            const auto at = static_cast<std::int64_t>(row);
            CHECK(shown(*schema.children[column], *batch.children[column], at) == wanted.front());
            if (!suffix.empty()) {
                CHECK(schema.children[column + 1]->name == std::string(field.name) + suffix);
                CHECK(shown(*schema.children[column + 1], *batch.children[column + 1], at) ==
                      wanted.back());
            }
        }
    }
}

/// Records with values of every kind, and others that have hardly any.
void fill(Session& me) {
    const Account acme = me.create(Account{.name = "Acme Söhne",
                                           .year_established = 1901,
                                           .annual_revenue = Money::of("1200000.50", "EUR"),
                                           .do_not_call = true});
    const Contact ada = me.create(Contact{.first_name = "Ada",
                                          .last_name = "Lovelace",
                                          .account = acme.id,
                                          .social_profiles = {"a;b", "c"},
                                          .birth_date = *Date::parse("1815-12-10")});
    me.create(Contact{.last_name = "Babbage", .reports_to = ada.id});
    me.create(Opportunity{.name = "Mill",
                          .account = acme.id,
                          .amount = Money::of("5000", "JPY"),
                          .probability = 40,
                          .competitors = {"Globex"}});
    me.create(Opportunity{.name = "Nothing known"});
    me.create(Product{.name = "Wire", .weight = *Decimal::parse("0.125")});
    const Interaction call =
        me.create(Interaction{.kind = InteractionKind::call, .subject = "First call"});
    me.create(
        InteractionRegarding{.interaction = call.id, .record = {Contact::entity_number, ada.id}});
}

void add_accounts(Session& me, int count) {
    std::vector<Account> accounts(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        accounts[i].name = "Account " + std::to_string(i);
        if (i % 3 != 0) {
            accounts[i].number_of_employees = static_cast<std::int64_t>(i);
        }
    }
    me.create_many(accounts);
}

}  // namespace

TEST_CASE("a batch has every field of every entity as the records have it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as(crm.ensure_user("Ada", "ada@example.com"));
        fill(me);
        for (const Entity* entity : crm.registry().entities()) {
            CAPTURE(std::string(entity->name));
            std::vector<Record> records;
            const auto walk = me.stream(*entity, "order by id", {});
            for (Record record(*entity); walk->next(record.object());) {
                records.push_back(record);
            }
            OwnedStream stream = arrow_of(me, entity->name, "order by id");
            const OwnedSchema schema = schema_of(stream);
            const OwnedArray batch = next_of(stream);
            CHECK(batch.is_empty() == records.empty());
            if (!records.empty()) {
                check_batch(*schema, *batch, *entity, records, crm.registry());
                CHECK(next_of(stream).is_empty());
            }
        }
    });
}

TEST_CASE("each kind of value has its type and its nulls") {
    OwnedStream stream = arrow_of({full_sample(), Sample{}});
    const OwnedSchema schema = schema_of(stream);
    const OwnedArray batch = next_of(stream);
    CHECK(std::string(schema->format) == "+s");
    CHECK(schema->n_children == batch->n_children);
    CHECK(batch->null_count == 0);
    struct Column {
        const char* name;
        const char* format;
        const char* value;
        const char* missing;
    };
    const Column columns[] = {
        {"id", "l", "7", "0"},
        {"text", "u", "Grüße", "null"},
        {"integer", "l", "-5", "null"},
        {"whole_integer", "l", "9223372036854775807", "0"},
        {"decimal", "d:19,9", "-0.000000001", "null"},
        {"boolean", "b", "true", "false"},
        {"money", "d:23,4", "-12.5000", "null"},
        {"money_currency", "u", "EUR", "null"},
        {"date", "tdD", "1815-12-10", "null"},
        {"instant", "tsu:UTC", "1969-12-31T23:59:59.999999Z", "null"},
        {"whole_instant", "tsu:UTC", "2026-01-05T09:00:00Z", "1970-01-01T00:00:00Z"},
        {"colour", "s", "blue", "null"},
        {"whole_colour", "s", "green", "red"},
        {"reference", "l", "42", "null"},
        {"link", "l", "43", "null"},
        {"link_entity", "s", "contact", "null"},
        {"json", "u", R"({"a": [1, 2]})", "null"},
        {"list", "+l", "[one||three]", "null"},
    };
    for (const Column& column : columns) {
        CAPTURE(column.name);
        const ArrowSchema& type = *schema->children[column_of(*schema, column.name)];
        const ArrowArray& values = *batch->children[column_of(*schema, column.name)];
        CHECK(std::string(type.format) == column.format);
        CHECK(shown(type, values, 0) == column.value);
        CHECK(shown(type, values, 1) == column.missing);
        const bool is_nullable = std::string(column.missing) == "null";
        CHECK(type.flags == (is_nullable ? ARROW_FLAG_NULLABLE : 0));
        CHECK(values.null_count == (is_nullable ? 1 : 0));
        CHECK((values.buffers[0] != nullptr) == is_nullable);
        CHECK(values.length == 2);
        CHECK(values.offset == 0);
    }
}

TEST_CASE("the ends of every range come through exactly") {
    Sample low;
    low.decimal = Decimal{INT64_MIN};
    low.money = Money{INT64_MIN, Currency::of("JPY")};
    low.date = Date::min();
    low.instant = Instant::min();
    low.whole_integer = INT64_MIN;
    Sample high;
    high.decimal = Decimal{INT64_MAX};
    high.money = Money{INT64_MAX, Currency::of("JPY")};
    high.date = Date::max();
    high.instant = Instant::max();
    Sample fine;
    fine.money = Money{INT64_MAX, Currency::of("CLF")};
    OwnedStream stream = arrow_of({low, high, fine});
    const OwnedSchema schema = schema_of(stream);
    const OwnedArray batch = next_of(stream);
    const auto values = [&](const char* name) { return column_values(*schema, *batch, name); };
    CHECK(values("decimal") ==
          std::vector<std::string>{"-9223372036.854775808", "9223372036.854775807", "null"});
    CHECK(values("money") == std::vector<std::string>{"-9223372036854775808.0000",
                                                      "9223372036854775807.0000",
                                                      "922337203685477.5807"});
    CHECK(values("date") == std::vector<std::string>{"0001-01-01", "9999-12-31", "null"});
    CHECK(values("instant") ==
          std::vector<std::string>{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "null"});
    CHECK(values("whole_integer").front() == "-9223372036854775808");
}

TEST_CASE("a stream has the fields that were asked for, in their order") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        fill(me);
        ArrowOptions options;
        options.fields = {"amount", "name"};
        OwnedStream stream =
            arrow_of(me, "opportunities", "name = :name", options, {{"name", "Mill"}});
        const OwnedSchema schema = schema_of(stream);
        const OwnedArray batch = next_of(stream);
        REQUIRE(schema->n_children == 3);
        CHECK(std::string(schema->children[0]->name) == "amount");
        CHECK(std::string(schema->children[1]->name) == "amount_currency");
        CHECK(std::string(schema->children[2]->name) == "name");
        CHECK(column_values(*schema, *batch, "amount") == std::vector<std::string>{"5000.0000"});
        CHECK(column_values(*schema, *batch, "name") == std::vector<std::string>{"Mill"});
    });
}

TEST_CASE("batches follow each other until the end, and the end stays") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 50);
        ArrowOptions options;
        options.batch_rows = 21;
        options.fields = {"name", "number_of_employees"};
        OwnedStream stream = arrow_of(me, "account", "order by id", options);
        const OwnedSchema schema = schema_of(stream);
        std::vector<std::string> names;
        std::vector<std::string> numbers;
        std::vector<std::int64_t> nulls;
        for (OwnedArray batch = next_of(stream); !batch.is_empty(); batch = next_of(stream)) {
            for (std::string& name : column_values(*schema, *batch, "name")) {
                names.push_back(std::move(name));
            }
            for (std::string& number : column_values(*schema, *batch, "number_of_employees")) {
                numbers.push_back(std::move(number));
            }
            nulls.push_back(batch->children[1]->null_count);
        }
        REQUIRE(names.size() == 50);
        for (std::size_t i = 0; i < names.size(); ++i) {
            CHECK(names[i] == "Account " + std::to_string(i));
            CHECK(numbers[i] == (i % 3 == 0 ? "null" : std::to_string(i)));
        }
        CHECK(nulls == std::vector<std::int64_t>{7, 7, 3});
        CHECK(next_of(stream).is_empty());
        CHECK(next_of(stream).is_empty());
        OwnedStream even = arrow_of(me, "account", "limit 42", options);
        CHECK(lengths_of(even) == std::vector<std::int64_t>{21, 21});
    });
}

TEST_CASE("an empty result has a type and no batch") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    OwnedStream stream = arrow_of(me, "contact", "last_name = 'nobody'");
    CHECK(next_of(stream).is_empty());
    CHECK(schema_of(stream)->n_children > 20);
}

TEST_CASE("a batch ends early when its texts grow large") {
    std::vector<Sample> samples(40);
    for (Sample& sample : samples) {
        sample.text.assign(std::size_t{1} << 19U, 'x');
        sample.list = {std::string(std::size_t{1} << 19U, 'y')};
    }
    OwnedStream stream = arrow_of(std::move(samples));
    CHECK(lengths_of(stream) == std::vector<std::int64_t>{16, 16, 8});
}

TEST_CASE("batches, and columns taken out of them, outlive the stream and the store") {
    OwnedSchema text_type;
    OwnedSchema rest_of_schema;
    OwnedArray batch;
    OwnedArray names;
    {
        const Crm crm = Crm::open_memory();
        Session me = crm.as_system();
        fill(me);
        OwnedStream stream = arrow_of(me, "contact", "order by id");
        rest_of_schema = schema_of(stream);
        batch = next_of(stream);
        const std::int64_t column = column_of(*rest_of_schema, "last_name");
        text_type = OwnedSchema::moved_from(*rest_of_schema->children[column]);
        names = OwnedArray::moved_from(*batch->children[column]);
    }
    rest_of_schema.release();
    batch.release();
    CHECK(shown(*text_type, *names, 0) == "Lovelace");
    CHECK(shown(*text_type, *names, 1) == "Babbage");
}

TEST_CASE("a stream may be moved, and released at any moment") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 10);
        ArrowOptions options;
        options.batch_rows = 4;
        { const OwnedStream unread = arrow_of(me, "account", "", options); }
        OwnedStream stream = arrow_of(me, "account", "order by id", options);
        OwnedArray first = next_of(stream);
        OwnedStream elsewhere = std::move(stream);
        CHECK(next_of(elsewhere)->length == 4);
        elsewhere.release();
        CHECK(first->length == 4);
        // Nothing of it keeps the store from being written.
        CHECK(me.create(Account{.name = "Later"}).version == 1);
    });
}

TEST_CASE("a source ends with its records, with a failure and with its stream") {
    int ended = 0;
    const auto source = [&ended](std::vector<Sample> samples) {
        return std::make_unique<ListedSource>(std::make_unique<ListedRecords>(std::move(samples)),
                                              &ended);
    };
    OwnedStream read = arrow_of(source({Sample{}}));
    CHECK(next_of(read)->length == 1);
    CHECK(ended == 1);
    OwnedStream unread = arrow_of(source({Sample{}}));
    unread.release();
    CHECK(ended == 2);
    ArrowOptions wrong;
    wrong.fields = {"colours"};
    CHECK(code_of([&] { arrow_of(source({}), wrong); }) == ErrorCode::not_found);
    CHECK(ended == 3);
}

TEST_CASE("what is wrong with a stream is said at once, and leaves nothing behind") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const auto error_for = [&me](std::string_view text, const ArrowOptions& options) {
        OwnedStream stream;
        Error error = error_of(
            [&] { exchange::arrow_stream(me, entity_of<Account>(), text, {}, options, *stream); });
        CHECK(stream.is_empty());
        return error;
    };
    CHECK(error_for("nmae = 'x'", {}).code() == ErrorCode::expression);
    ArrowOptions options;
    options.fields = {"name", "nmae"};
    const Error unknown = error_for("", options);
    CHECK(unknown.code() == ErrorCode::not_found);
    CHECK(unknown.message().find("nearest is 'name'") != std::string::npos);
    options.fields.clear();
    options.batch_rows = 0;
    CHECK(error_for("", options).code() == ErrorCode::invalid_argument);
    options.batch_rows = ArrowOptions::most_batch_rows + 1;
    CHECK(error_for("", options).code() == ErrorCode::invalid_argument);
}

TEST_CASE("a stream that is cancelled in its middle fails, and stays so") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        add_accounts(me, 3000);
        const auto cancellation = me.cancellation();
        ArrowOptions options;
        options.batch_rows = 100;
        OwnedStream stream = arrow_of(me, "account", "description is null", options);
        CHECK(next_of(stream)->length == 100);
        CHECK(stream->get_last_error(&*stream) == nullptr);
        cancellation->cancel();
        OwnedArray batch;
        int code = 0;
        for (int i = 0; i < 30 && code == 0; ++i) {  // SQLite looks after some thousand steps only
            batch.release();
            code = stream->get_next(&*stream, &*batch);
        }
        CHECK(code == ECANCELED);
        CHECK(batch.is_empty());
        CHECK(std::string(stream->get_last_error(&*stream)) == "the session was cancelled");
        cancellation->allow();
        CHECK(stream->get_next(&*stream, &*batch) == ECANCELED);
        CHECK(batch.is_empty());
        CHECK(me.query<Account>().all().size() == 3000);
    });
}

TEST_CASE("whatever a source throws becomes a number and a message") {
    struct Failure {
        std::function<void()> fail;
        int code;
        const char* message;
    };
    const auto error = [](ErrorCode code) {
        return [code] { throw Error(code, std::string(to_string(code))); };
    };
    const Failure failures[] = {
        {error(ErrorCode::invalid_argument), EINVAL, "invalid_argument"},
        {error(ErrorCode::expression), EINVAL, "expression"},
        {error(ErrorCode::permission_denied), EACCES, "permission_denied"},
        {error(ErrorCode::limit), ERANGE, "limit"},
        {error(ErrorCode::busy), EBUSY, "busy"},
        {error(ErrorCode::read_only), EROFS, "read_only"},
        {error(ErrorCode::disk_full), ENOSPC, "disk_full"},
        {error(ErrorCode::out_of_memory), ENOMEM, "out_of_memory"},
        {error(ErrorCode::unsupported), ENOSYS, "unsupported"},
        {error(ErrorCode::io), EIO, "io"},
        {error(ErrorCode::corrupt), EIO, "corrupt"},
        {[] { throw std::bad_alloc(); }, ENOMEM, "out of memory"},
        {[] { throw std::runtime_error("odd"); }, EIO, "odd"},
        {[] { throw 7; }, EIO, "the records could not be read"},  // NOLINT: what must not happen
    };
    for (const Failure& failure : failures) {
        CAPTURE(failure.message);
        OwnedStream stream = arrow_of(std::make_unique<FailingSource>(failure.fail));
        OwnedArray batch;
        CHECK(stream->get_next(&*stream, &*batch) == failure.code);
        CHECK(batch.is_empty());
        CHECK(std::string(stream->get_last_error(&*stream)) == failure.message);
    }
}

TEST_CASE("a stored value that its field cannot have is no value of another kind") {
    /// Shows another value in one field.
    class Spoilt final : public ListedRecords {
      public:
        Spoilt(std::string_view field, ValueView value)
            : ListedRecords({full_sample()}),
              index_(entity_of<Sample>().index_of(field_of(entity_of<Sample>(), field))),
              value_(value) {}
        ValueView value(std::size_t index) override {
            return index == index_ ? value_ : ListedRecords::value(index);
        }

      private:
        std::size_t index_;
        ValueView value_;
    };
    struct Wrong {
        const char* field;
        ValueView value;
    };
    const Wrong values[] = {{"colour", ValueView("mauve")},
                            {"whole_colour", ValueView("mauve")},
                            {"link", ValueView(Link{Opportunity::entity_number, Id{1}})}};
    for (const Wrong& wrong : values) {
        CAPTURE(wrong.field);
        OwnedStream stream = arrow_of(
            std::make_unique<ListedSource>(std::make_unique<Spoilt>(wrong.field, wrong.value)));
        OwnedArray batch;
        CHECK(stream->get_next(&*stream, &*batch) == EIO);
        const std::string message = stream->get_last_error(&*stream);
        CHECK(message.find(wrong.field) != std::string::npos);
    }
    // A store that is older than a field has none for it: then it is what a new record has.
    OwnedStream stream = arrow_of(
        std::make_unique<ListedSource>(std::make_unique<Spoilt>("whole_colour", ValueView())));
    const OwnedSchema schema = schema_of(stream);
    const OwnedArray batch = next_of(stream);
    CHECK(column_values(*schema, *batch, "whole_colour") == std::vector<std::string>{"red"});
}
