#include "rules/value/translation.h"

#include <fmt/format.h>

#include "base/text.h"
#include "rules/selectors.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

nat::Range range_of(const Opt<TranslatedPorts>& ports, bool random) {
    nat::Range range{.random = random};
    if (!ports) return range;
    range.ports = true;
    range.first_port = ports->range.low;
    range.last_port = ports->range.high;
    range.base = ports->base;
    return range;
}

nat::Range range_of(const Translation& to, bool random, bool persistent) {
    Opt<TranslatedPorts> ports;
    if (to.ports) ports = {.value = *to.ports, .set = true};
    nat::Range range = range_of(ports, random);
    range.persistent = persistent;
    if (!to.addresses) return range;
    range.addresses = true;
    range.low = to.addresses->low;
    range.high = to.addresses->high;
    return range;
}

Result<void> check_ports(const Facts& facts) {
    switch (facts.selectors->protocol) {
        case wire::protocol::tcp:
        case wire::protocol::udp:
        case wire::protocol::sctp:
        case wire::protocol::dccp:
        case wire::protocol::icmp: return {};
        default: return fail("ports need a rule for TCP, UDP, SCTP, DCCP or ICMP (`-p`)");
    }
}

namespace value {

namespace {

Result<std::uint16_t> port(std::string_view text) {
    if (text.find(':') != std::string_view::npos) return fail(fmt::format("expected a port, got `{}`", text));
    const auto read = Ports{}.read(std::span(&text, 1), Family::ipv4);
    if (!read) return std::unexpected(read.error());
    return read->low;
}

std::optional<std::uint16_t> numeric_port(std::string_view text) {
    const auto number = parse_number(text, 65535);
    if (!number) return {};
    return static_cast<std::uint16_t>(*number);
}

}  // namespace

Result<TranslatedPorts> TranslatedPortsValue::read(Words words, Family) const {
    const std::string_view text = words[0];
    const auto dash = text.find('-');
    // A service's name may have a dash; a range is made of numbers.
    const auto low = numeric_port(text.substr(0, dash));
    if (dash == std::string_view::npos || !low) {
        const auto one = port(text);
        if (!one) return std::unexpected(one.error());
        return TranslatedPorts{.range = {*one, *one}};
    }
    const std::string_view rest = text.substr(dash + 1);
    const auto slash = based ? rest.find('/') : std::string_view::npos;
    const auto high = numeric_port(rest.substr(0, slash));
    if (!high) return fail(fmt::format("expected a port or a range of ports in numbers, got `{}`", text));
    if (*low > *high) return fail(fmt::format("the port range `{}` ends before it begins", text));
    TranslatedPorts ports{.range = {*low, *high}};
    if (slash != std::string_view::npos) {
        const auto base = port(rest.substr(slash + 1));
        if (!base) return std::unexpected(base.error());
        if (*base == 0) return fail("expected a base port from 1 to 65535, got 0");
        ports.base = *base;
    }
    return ports;
}

void TranslatedPortsValue::print(std::string& out, const type& value, Family) const {
    out += fmt::format("{}", value.range.low);
    if (value.range.low != value.range.high) out += fmt::format("-{}", value.range.high);
    if (value.base != 0) out += fmt::format("/{}", value.base);
}

Result<Translation> TranslationValue::read(Words words, Family family) const {
    std::string_view addresses = words[0];
    std::optional<std::string_view> ports;
    if (is_v4(family) || addresses.starts_with(':')) {
        if (const auto colon = addresses.find(':'); colon != std::string_view::npos) {
            ports = addresses.substr(colon + 1);
            addresses = addresses.substr(0, colon);
        }
    } else if (addresses.starts_with('[')) {
        const auto close = addresses.find(']');
        const std::string_view rest = close == std::string_view::npos ? "" : addresses.substr(close + 1);
        if (close == std::string_view::npos || !(rest.empty() || rest.starts_with(':')))
            return fail(fmt::format("expected [address[-address]][:port[-port]], got `{}`", words[0]));
        if (!rest.empty()) ports = rest.substr(1);
        addresses = addresses.substr(1, close - 1);
    }
    Translation translation;
    if (!addresses.empty() || !ports) {
        const auto range = AddressRangeValue{}.read(std::span(&addresses, 1), family);
        if (!range) return std::unexpected(range.error());
        translation.addresses = *range;
    }
    if (ports) {
        const auto range = TranslatedPortsValue{.based = based}.read(std::span(&*ports, 1), family);
        if (!range) return std::unexpected(range.error());
        translation.ports = *range;
    }
    return translation;
}

void TranslationValue::print(std::string& out, const type& value, Family family) const {
    const bool brackets = !is_v4(family) && value.addresses && value.ports;
    if (brackets) out += '[';
    if (value.addresses) {
        out += to_string(value.addresses->low, family);
        if (value.addresses->low != value.addresses->high) {
            out += '-';
            out += to_string(value.addresses->high, family);
        }
    }
    if (brackets) out += ']';
    if (!value.ports) return;
    out += ':';
    TranslatedPortsValue{}.print(out, *value.ports, family);
}

}  // namespace value
}  // namespace gatehouse::rules
