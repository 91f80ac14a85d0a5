/// `Interaction`: a call, an e-mail, a meeting, a task, a note: anything that happened with a party
/// or is to happen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// What an interaction is.
CRMKIT_ENUM(InteractionKind, call, email, meeting, task, note, letter, fax, sms, chat_message,
            social_post, visit, sample, custom, info_request, complaint);

/// The closed set of states of an interaction.
CRMKIT_ENUM(InteractionState, open, completed, cancelled);

/// Who began it, seen from us.
CRMKIT_ENUM(InteractionDirection, inbound, outbound);

/// How far a phone call came.
CRMKIT_ENUM(TelephonyStatus, initiated, ringing, in_progress, completed, busy, no_answer, failed);

/// How far a message of ours came on its way out.
CRMKIT_ENUM(DeliveryStatus, queued, sent, failed, cancelled);

/// How a message sounds.
CRMKIT_ENUM(Sentiment, negative, neutral, positive);

/// Anything that happened with a party or is to happen. Who took part are its participants; what it
/// is about, any number of records of any entity, stands in its regarding list.
struct Interaction {
    CRMKIT_ENTITY(Interaction, 17, "interaction", "interactions",
                  "A call, an e-mail, a meeting, a task, a note or the like.");
    std::optional<InteractionKind> kind{};
    std::string subject{};
    std::string body{};
    std::string body_html{};
    InteractionState state = InteractionState::open;
    std::string status{};
    Priority priority = Priority::normal;
    std::optional<InteractionDirection> direction{};
    std::string channel{};
    std::string outcome{};
    Id campaign{};
    bool is_private = false;
    bool is_pinned = false;
    std::optional<Instant> scheduled_start{};
    std::optional<Instant> scheduled_end{};
    std::optional<Instant> actual_start{};
    std::optional<Instant> actual_end{};
    std::optional<Instant> occurred_at{};
    std::optional<std::int64_t> duration_seconds{};
    std::optional<Date> due_date{};
    std::optional<Instant> completed_at{};
    std::optional<std::int64_t> percent_complete{};
    std::string location{};
    std::string join_url{};
    std::string time_zone{};
    bool is_all_day = false;
    std::string recurrence_rule{};
    Id recurrence_master{};
    std::optional<Instant> original_start{};
    std::optional<TelephonyStatus> telephony_status{};
    std::string recording_url{};
    bool left_voice_mail = false;
    std::string message_id{};
    std::string in_reply_to{};
    std::string thread_id{};
    std::optional<Instant> sent_at{};
    std::optional<Instant> received_at{};
    bool is_auto_reply = false;
    std::optional<DeliveryStatus> delivery_status{};
    std::optional<std::int64_t> open_count{};
    std::optional<std::int64_t> click_count{};
    std::string content_type{};
    std::optional<Sentiment> sentiment{};
    std::string post_url{};
    std::string external_uid{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, kind, "What it is.").required(),
            CRMKIT_FIELD(11, subject, "What it is about, in one line.")
                .max_length(1'000)
                .searchable()
                .personal(),
            CRMKIT_FIELD(12, body, "Its text: the message, the note, the minutes.")
                .max_length(detail::longest_document)
                .personal(),
            CRMKIT_FIELD(13, body_html, "The same as HTML, as it came.")
                .max_length(detail::longest_document)
                .personal(),
            CRMKIT_FIELD(20, state, "Where it stands; follows from the status.").read_only(),
            CRMKIT_FIELD(21, status, "Where it stands, in the host's words.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(22, priority, "How urgent it is."),
            CRMKIT_FIELD(23, direction, "Who began it, seen from us."),
            CRMKIT_FIELD(24, channel, "By which account or service it went.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(25, outcome, "What came of it.").personal(),
            CRMKIT_FIELD(26, campaign, "The campaign it was a part of.")
                .refers_to("campaign", OnDelete::set_null)
                .children("interactions"),
            CRMKIT_FIELD(27, is_private, "Only its owner and participants should see it."),
            CRMKIT_FIELD(28, is_pinned, "Shown before the others."),
            CRMKIT_FIELD(30, scheduled_start, "When it is to begin."),
            CRMKIT_FIELD(31, scheduled_end, "When it is to end."),
            CRMKIT_FIELD(32, actual_start, "When it began."),
            CRMKIT_FIELD(33, actual_end, "When it ended."),
            CRMKIT_FIELD(34, occurred_at,
                         "Its place on a timeline: the first known of actual start, sent, "
                         "received, scheduled start, created.")
                .computed(),
            CRMKIT_FIELD(35, duration_seconds,
                         "From start to end in seconds: actual ones, else scheduled ones.")
                .computed(),
            CRMKIT_FIELD(40, due_date, "Until when to do it."),
            CRMKIT_FIELD(41, completed_at, "When it was completed.").read_only(),
            CRMKIT_FIELD(42, percent_complete, "How much of it is done, 0 to 100."),
            CRMKIT_FIELD(50, location, "Where it takes place."),
            CRMKIT_FIELD(51, join_url, "Where to join it on the web.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri),
            CRMKIT_FIELD(52, time_zone, "IANA time zone in which it was planned.")
                .with_format(TextFormat::time_zone)
                .max_length(64),
            CRMKIT_FIELD(53, is_all_day, "It takes whole days, not hours."),
            CRMKIT_FIELD(54, recurrence_rule, "How it repeats, as an RRULE (RFC 5545).")
                .max_length(1'000),
            CRMKIT_FIELD(55, recurrence_master, "The interaction whose repetition it is.")
                .refers_to("interaction", OnDelete::cascade)
                .children("occurrences")
                .hierarchy(),
            CRMKIT_FIELD(56, original_start,
                         "When the rule has this repetition begin, wherever it was moved to."),
            CRMKIT_FIELD(62, telephony_status, "How far the call came."),
            CRMKIT_FIELD(60, recording_url, "Where the recording of the call is.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri)
                .personal(),
            CRMKIT_FIELD(61, left_voice_mail, "The caller spoke to a machine."),
            CRMKIT_FIELD(70, message_id, "Message-ID of the e-mail (RFC 5322).")
                .max_length(998)
                .unique(),
            CRMKIT_FIELD(71, in_reply_to, "Message-ID of the e-mail it answers.").max_length(998),
            CRMKIT_FIELD(72, thread_id, "What all messages of a conversation share.")
                .max_length(998),
            CRMKIT_FIELD(73, sent_at, "When the message was sent."),
            CRMKIT_FIELD(74, received_at, "When the message arrived."),
            CRMKIT_FIELD(75, is_auto_reply, "A machine answered."),
            CRMKIT_FIELD(76, delivery_status, "How far the message came on its way out."),
            CRMKIT_FIELD(77, open_count, "How often the message was opened."),
            CRMKIT_FIELD(78, click_count, "How often a link in the message was followed."),
            CRMKIT_FIELD(81, content_type, "What the message is made of, such as text or image.")
                .max_length(detail::longest_label_text),
            CRMKIT_FIELD(82, sentiment, "How the message sounds.").personal(),
            CRMKIT_FIELD(83, post_url, "Where the post is on the web.")
                .with_format(TextFormat::uri)
                .max_length(detail::longest_uri)
                .personal(),
            CRMKIT_FIELD(80, external_uid, "Its identifier in a calendar or telephone system.")
                .max_length(1'000));
    }
    static constexpr std::string_view title_field = "subject";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state, due_date"}, Index{"owner, occurred_at"},
                          Index{"thread_id, occurred_at"}, Index{"campaign, occurred_at"},
                          Index{"external_uid"},           Index{"recurrence_master"}};
    }
    static constexpr std::array transitions{
        Transition{"", "open"},          Transition{"", "completed"},
        Transition{"", "cancelled"},     Transition{"open", "completed"},
        Transition{"open", "cancelled"}, Transition{"completed", "open"},
        Transition{"cancelled", "open"},
    };
    static constexpr StateMachine state_machine{"state", "status", "", transitions};
    /// Fills occurred_at and duration_seconds. Run it once created_at is known.
    void derive() {
        occurred_at = created_at;
        for (const auto* known : {&scheduled_start, &received_at, &sent_at, &actual_start}) {
            occurred_at = *known ? *known : occurred_at;
        }
        duration_seconds = seconds_between(actual_start, actual_end);
        if (!duration_seconds) {
            duration_seconds = seconds_between(scheduled_start, scheduled_end);
        }
    }
    /// Refuses ends before their starts, a percentage outside 0 to 100, counts below zero, a note
    /// of nothing, and what belongs to a repetition where there is none.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.in_order("scheduled_start", scheduled_start, "scheduled_end", scheduled_end);
        checks.in_order("actual_start", actual_start, "actual_end", actual_end);
        checks.within("percent_complete", percent_complete, 0, 100);
        checks.not_negative("open_count", open_count);
        checks.not_negative("click_count", click_count);
        if (kind == InteractionKind::note && body.empty() && subject.empty()) {
            checks.refuse("body", {}, "is empty, and so is subject: give one of the two");
        }
        if (recurrence_master && !recurrence_rule.empty()) {
            checks.refuse("recurrence_rule", recurrence_rule,
                          "cannot stand in a repetition: it is the recurrence_master's");
        }
        if (original_start && !recurrence_master) {
            checks.refuse("original_start", to_string(*original_start),
                          "is a repetition's, but there is no recurrence_master");
        }
    }

  private:
    static std::optional<std::int64_t> seconds_between(const std::optional<Instant>& start,
                                                       const std::optional<Instant>& end) {
        if (!start || !end) {
            return std::nullopt;
        }
        return (end->microseconds - start->microseconds) / Instant::per_second;
    }
};

}  // namespace crmkit
