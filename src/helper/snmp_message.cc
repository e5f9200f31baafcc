#include "helper/snmp_message.h"

#include "helper/ber.h"
#include "packet/reason.h"

namespace gatehouse::helper::snmp {

namespace {

using ber::Element;
using ber::Reader;
namespace tag = ber::tag;

constexpr std::uint8_t ip_address = tag::application | 0, time_ticks = tag::application | 3;
constexpr std::uint8_t last_application = tag::application | 6;
constexpr std::uint8_t first_trap = tag::context_constructed | 4;  // of version 1
constexpr std::uint8_t last_unit = tag::context_constructed | 8;
constexpr std::uint8_t last_exception = tag::context | 2;
constexpr std::uint16_t agent_port = 161, trap_port = 162;
constexpr std::uint8_t version_2c = 1;
constexpr std::size_t address_bytes = 4;

// What a message's addresses may be, and become.
struct Change {
    Address from{}, to{};
};

// As Linux has it: the client's address, whichever way the message goes. An agent that is known by another
// address than its own is what speaks of itself; there the agent's counts.
Change change_for(const Subject& subject) {
    using track::Direction;
    const track::Tuple original = subject.tuple(Direction::original), reply = subject.tuple(Direction::reply);
    if (subject.direction() == Direction::original || subject.settings().mode == Mode::drop)
        return {original.source, reply.destination};
    return {reply.source, original.destination};
}

std::size_t write_address(const Written& what, MutableBytes to) {
    if (to.size() < address_bytes) return 0;
    store_be32(to.data(), what.endpoint.address.words[0]);
    return address_bytes;
}

struct Walk {
    Bytes whole;
    Change change;
    Findings& findings;
    bool as_linux;

    bool take_address(const Element& element) const {
        if (element.content.size() != address_bytes) return false;
        if (Address::v4(load_be32(element.content.data())) != change.from) return true;
        const auto at = static_cast<std::uint32_t>(element.content.data() - whole.data());
        findings.mention({.span = {at, address_bytes},
                          .denotes = Mention::Denotes::given,
                          .part = Mention::Part::address,
                          .endpoint = {Family::ipv4, change.to, 0},
                          .write = write_address});
        return true;
    }
    bool take_value(const Element& element) const {
        if (element.tag == ip_address) return take_address(element);
        const std::uint8_t t = element.tag;
        return t == tag::integer || t == tag::octets || t == tag::object || t == tag::null ||
               (t > ip_address && t <= last_application) || (t >= tag::context && t <= last_exception);
    }
    // Pairs of a name and a value.
    bool take_bindings(Reader& unit) const {
        const auto list = unit.next(tag::sequence);
        if (!list) return false;
        for (Reader bindings(list->content); !bindings.at_end();) {
            const auto binding = bindings.next(tag::sequence);
            if (!binding) return false;
            Reader pair(binding->content);
            if (!pair.next(tag::object)) return false;
            const auto value = pair.next();
            if (!value || !take_value(*value)) return false;
        }
        return true;
    }
    bool take_trap(Reader& unit) const {
        if (!unit.next(tag::object)) return false;
        const auto agent = unit.next(ip_address);
        return agent && take_address(*agent) && unit.next(tag::integer) && unit.next(tag::integer) &&
               unit.next(time_ticks) && take_bindings(unit);
    }
    bool take_unit(const Element& element) const {
        if (element.tag < tag::context_constructed || element.tag > last_unit) return false;
        Reader unit(element.content);
        // Linux knows no traps of version 1 any more.
        if (element.tag == first_trap) return !as_linux && take_trap(unit);
        for (int i = 0; i < 3; ++i) {
            if (!unit.next(tag::integer)) return false;
        }
        return take_bindings(unit);
    }
};

}  // namespace

Inspection read_message(const Reading& reading, const Subject& subject, Findings& findings) {
    const Change change = change_for(subject);
    const track::Ends ends = subject.mine().ends;
    const bool back = subject.direction() == track::Direction::reply;
    // An agent answers, and sends traps of its own accord: neither comes the other way.
    if ((ends.source == agent_port && !back) || (ends.destination == trap_port && back))
        return all_of(reading);
    if (!subject.translated() || !is_v4(subject.entry().family) || change.from == change.to)
        return all_of(reading);
    const bool as_linux = subject.settings().mode == Mode::drop;
    const Inspection refused{.next = Inspection::Next::refuse, .why = {.reason = Reason::helper_malformed}};
    Reader outer(reading.bytes);
    const auto message = outer.next(tag::sequence);
    if (!message) return refused;
    Reader parts(message->content);
    const auto version = parts.next(tag::integer);
    if (!version || version->content.size() != 1) return refused;
    if (version->content[0] > version_2c) return as_linux ? refused : all_of(reading);
    if (!parts.next(tag::octets)) return refused;
    const auto unit = parts.next();
    const Walk walk{reading.bytes, change, findings, as_linux};
    return unit && walk.take_unit(*unit) ? all_of(reading) : refused;
}

}  // namespace gatehouse::helper::snmp
