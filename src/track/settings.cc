#include "track/settings.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <string>

namespace gatehouse::track {

namespace {

struct Knob {
    std::string_view name;  // without nf_conntrack_
    std::uint32_t least, most;
    void (*put)(Settings&, std::uint32_t);
};

constexpr std::uint32_t most_entries = 1u << 30;

constexpr Knob knobs[] = {
    {"acct", 0, 1, [](Settings& s, std::uint32_t v) { s.accounting = v != 0; }},
    {"timestamp", 0, 1, [](Settings& s, std::uint32_t v) { s.timestamps = v != 0; }},
    {"checksum", 0, 1, [](Settings& s, std::uint32_t v) { s.verify_checksums = v != 0; }},
    {"max", 1, most_entries, [](Settings& s, std::uint32_t v) { s.limits.entries = v; }},
    {"tcp_be_liberal", 0, 1, [](Settings& s, std::uint32_t v) { s.tcp.be_liberal = v != 0; }},
    {"tcp_loose", 0, 1, [](Settings& s, std::uint32_t v) { s.tcp.loose = v != 0; }},
    {"tcp_max_retrans", 0, 255,
     [](Settings& s, std::uint32_t v) { s.tcp.max_retrans = static_cast<std::uint8_t>(v); }},
    {"tcp_ignore_invalid_rst", 0, 1, [](Settings& s, std::uint32_t v) { s.tcp.ignore_invalid_rst = v != 0; }},
};

constexpr std::string_view ours_always = "track.always", ours_pickup = "track.pickup";

// "nf_conntrack_tcp_loose" of any spelling of the sysctl's name; else the name as it is.
std::string plain(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '/', '.');
    constexpr std::string_view folder = "net.netfilter.";
    if (text.starts_with(folder)) text.erase(0, folder.size());
    return text;
}

constexpr std::string_view prefix = "nf_conntrack_";

const Knob* find_knob(std::string_view name) {
    const auto* const found = std::ranges::find(knobs, name, &Knob::name);
    return found == std::end(knobs) ? nullptr : found;
}

Result<std::uint32_t> number(std::string_view name, std::string_view text, std::uint32_t least,
                             std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        return fail(fmt::format("{}: expected a number from {} to {}, got `{}`", name, least, most, text));
    return value;
}

}  // namespace

bool Settings::known(std::string_view name) {
    const std::string text = plain(name);
    if (text == ours_always || text == ours_pickup) return true;
    if (!text.starts_with(prefix)) return false;
    const auto rest = std::string_view(text).substr(prefix.size());
    return find_knob(rest) != nullptr || find_timeout(rest).has_value();
}

Result<void> Settings::set(std::string_view name, std::string_view value) {
    const std::string text = plain(name);
    if (text == ours_always) {
        const auto number_of = number(name, value, 0, 1);
        if (!number_of) return std::unexpected(number_of.error());
        always = *number_of != 0;
        return {};
    }
    if (text == ours_pickup) {
        if (value != "learn" && value != "linux")
            return fail(fmt::format("{}: expected learn or linux, got `{}`", name, value));
        tcp.pickup = value == "learn" ? tcp::PickupMode::learn : tcp::PickupMode::linux;
        return {};
    }
    if (text.starts_with(prefix)) {
        const auto rest = std::string_view(text).substr(prefix.size());
        if (const Knob* knob = find_knob(rest)) {
            const auto got = number(name, value, knob->least, knob->most);
            if (!got) return std::unexpected(got.error());
            knob->put(*this, *got);
            return {};
        }
        if (const auto which = find_timeout(rest)) {
            constexpr std::uint32_t longest = 2'147'483;  // ticks of a millisecond are counted in 31 bits
            const auto got = number(name, value, 0, longest);
            if (!got) return std::unexpected(got.error());
            timeouts.seconds[static_cast<std::size_t>(*which)] = *got;
            return {};
        }
    }
    return fail(fmt::format("there is no setting `{}` of connection tracking", name));
}

}  // namespace gatehouse::track
