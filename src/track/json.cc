// Connections and events as JSON. None of the texts in them needs escaping: they are names of our own.
#include <fmt/format.h>

#include "track/text.h"
#include "track/trackers.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

void put_ends(std::string& out, const Tuple& tuple) {
    const auto [source, destination] = tuple.ends;
    if (has_ports(tuple.protocol)) {
        out += fmt::format(R"(,"sport":{},"dport":{})", source, destination);
    } else if (protocol::is_icmp(tuple.protocol)) {
        out += fmt::format(R"(,"type":{},"code":{},"id":{})", destination >> 8, destination & 0xff, source);
    } else if (tuple.protocol == protocol::gre) {
        out += fmt::format(R"(,"source_key":{},"destination_key":{})", source, destination);
    }
}

void put_direction(std::string& out, const Telling& told, Direction direction) {
    const Tuple tuple = told.entry.tuple(direction);
    out += fmt::format(R"(,"{}":{{"source":"{}","destination":"{}")",
                       direction == Direction::original ? "original" : "reply",
                       to_string(tuple.source, tuple.family), to_string(tuple.destination, tuple.family));
    put_ends(out, tuple);
    if (const Zone zone = told.entry.zone[index(direction)]; zone != Zone{})
        out += fmt::format(R"(,"zone":{})", zone.value);
    if (told.counters) {
        out += fmt::format(R"(,"packets":{},"bytes":{})", told.entry.packets(direction),
                           told.entry.bytes(direction));
    }
    out += '}';
}

void put_labels(std::string& out, const Labels& labels) {
    std::string list;
    for (unsigned label = 0; label < 128; ++label) {
        if ((labels.words[label / 32] >> (label % 32) & 1) == 0) continue;
        list += fmt::format("{}{}", list.empty() ? "" : ",", label);
    }
    if (!list.empty()) out += fmt::format(R"(,"labels":[{}])", list);
}

std::string seconds_of(std::int64_t nanoseconds) {
    return fmt::format("{}.{:09}", nanoseconds / second, nanoseconds % second);
}

// The names of CT --ctevents, in the order of the bits.
void put_changes(std::string& out, std::uint32_t changes) {
    constexpr std::string_view names[] = {"new",        "related",   "destroy", "reply",
                                          "assured",    "protoinfo", "helper",  "mark",
                                          "natseqinfo", "secmark",   "label",   "synproxy"};
    std::string list;
    for (std::size_t bit = 0; bit < std::size(names); ++bit) {
        if ((changes >> bit & 1) != 0) list += fmt::format(R"({}"{}")", list.empty() ? "" : ",", names[bit]);
    }
    out += fmt::format(R"("changes":[{}])", list);
}

std::string_view word_of(End why) {
    constexpr std::string_view words[] = {"expired", "evicted", "killed", "deleted"};
    return words[static_cast<std::size_t>(why)];
}

}  // namespace

std::string to_json(const Telling& told) {
    const Entry& entry = told.entry;
    const Tuple first = entry.tuple(Direction::original);
    std::string out = fmt::format(R"({{"family":"{}","protocol":{})", is_v4(first.family) ? "ipv4" : "ipv6",
                                  first.protocol);
    if (told.seconds) out += fmt::format(R"(,"seconds":{})", *told.seconds);
    if (const auto state = state_name(entry); told.state && !state.empty())
        out += fmt::format(R"(,"state":"{}")", state);
    put_direction(out, told, Direction::original);
    put_direction(out, told, Direction::reply);
    out += fmt::format(R"(,"replied":{},"assured":{})", entry.has(status::seen_reply),
                       entry.has(status::assured));
    if (told.mark) out += fmt::format(R"(,"mark":{})", entry.mark);
    if (!told.helper.empty()) out += fmt::format(R"(,"helper":"{}")", told.helper);
    put_labels(out, told.labels);
    if (told.start != 0) out += fmt::format(R"(,"start":{})", seconds_of(told.start));
    out += '}';
    return out;
}

std::string to_json(const Tracking& tracking, const Event& event) {
    std::string out = fmt::format(R"({{"event":"{}","time":{},)",
                                  event.is_end()   ? "destroy"
                                  : event.is_new() ? "new"
                                                   : "update",
                                  seconds_of(event.time.since_epoch));
    put_changes(out, event.changes);
    if (event.is_end()) out += fmt::format(R"(,"why":"{}")", word_of(event.why));
    out += fmt::format(R"(,"connection":{}}})", to_json(telling_of(tracking, event)));
    return out;
}

}  // namespace gatehouse::track
