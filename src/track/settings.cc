#include "track/settings.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <string>

#include "base/text.h"

namespace gatehouse::track {

namespace {

// Who may set it.
enum class Mode : std::uint8_t { normal, debug };

struct Knob {
    std::string_view name;  // without nf_conntrack_
    Mode mode;
    std::uint32_t least, most;
    void (*put)(Settings&, std::uint32_t);
};

constexpr std::uint32_t most_entries = 1u << 30;
constexpr std::uint32_t most_expectations = 1u << 20;

constexpr Knob knobs[] = {
    {"acct", Mode::normal, 0, 1, [](Settings& s, std::uint32_t v) { s.accounting = v != 0; }},
    {"timestamp", Mode::normal, 0, 1, [](Settings& s, std::uint32_t v) { s.timestamps = v != 0; }},
    {"checksum", Mode::normal, 0, 1, [](Settings& s, std::uint32_t v) { s.verify_checksums = v != 0; }},
    {"events", Mode::normal, 0, 2, [](Settings& s, std::uint32_t v) { s.events = v != 0; }},
    {"log_invalid", Mode::normal, 0, 255,
     [](Settings& s, std::uint32_t v) { s.log_invalid = static_cast<std::uint8_t>(v); }},
    {"max", Mode::normal, 1, most_entries, [](Settings& s, std::uint32_t v) { s.limits.entries = v; }},
    {"buckets", Mode::normal, 1, most_entries, [](Settings& s, std::uint32_t v) { s.limits.ready = v; }},
    {"expect_max", Mode::normal, 1, most_expectations,
     [](Settings& s, std::uint32_t v) { s.most_expectations = v; }},
    {"tcp_be_liberal", Mode::debug, 0, 1, [](Settings& s, std::uint32_t v) { s.tcp.be_liberal = v != 0; }},
    {"tcp_loose", Mode::debug, 0, 1, [](Settings& s, std::uint32_t v) { s.tcp.loose = v != 0; }},
    {"tcp_max_retrans", Mode::debug, 0, 255,
     [](Settings& s, std::uint32_t v) { s.tcp.max_retrans = static_cast<std::uint8_t>(v); }},
    {"tcp_ignore_invalid_rst", Mode::debug, 0, 1,
     [](Settings& s, std::uint32_t v) { s.tcp.ignore_invalid_rst = v != 0; }},
};

constexpr std::string_view ours_always = "track.always", ours_pickup = "track.pickup";
constexpr std::string_view prefix = "nf_conntrack_", count = "count";
constexpr std::uint32_t longest = 2'147'483;  // seconds: ticks of a millisecond are counted in 31 bits

// "nf_conntrack_tcp_loose" of any spelling of the sysctl's name; else the name as it is.
std::string plain(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '/', '.');
    constexpr std::string_view folder = "net.netfilter.";
    if (text.starts_with(folder)) text.erase(0, folder.size());
    return text;
}

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

std::unexpected<Error> only_in_debug_mode(std::string_view name, std::string_view instead) {
    return fail(fmt::format("`{}` is a knob of debug mode", name),
                fmt::format("`mode = \"debug\"` opens it{}", instead));
}

Result<void> set_ours(Settings& settings, std::string_view name, std::string_view value) {
    if (name == ours_pickup) {
        if (value != "learn" && value != "linux")
            return fail(fmt::format("{}: expected learn or linux, got `{}`", name, value));
        settings.tcp.pickup = value == "learn" ? tcp::PickupMode::learn : tcp::PickupMode::linux;
        return {};
    }
    const auto on = number(name, value, 0, 1);
    if (!on) return std::unexpected(on.error());
    settings.always = *on != 0;
    return {};
}

}  // namespace

bool Settings::known(std::string_view name) {
    const std::string text = plain(name);
    if (text == ours_always || text == ours_pickup) return true;
    if (!text.starts_with(prefix)) return false;
    const auto rest = std::string_view(text).substr(prefix.size());
    return rest == count || find_knob(rest) != nullptr || find_timeout(rest).has_value();
}

std::vector<std::string> Settings::names() {
    std::vector<std::string> all{std::string(ours_always), std::string(ours_pickup)};
    for (const Knob& knob : knobs) all.push_back(fmt::format("{}{}", prefix, knob.name));
    for (std::size_t i = 0; i < static_cast<std::size_t>(Timeout::count); ++i) {
        if (const auto one = name(static_cast<Timeout>(i)); !one.empty())
            all.push_back(fmt::format("{}{}", prefix, one));
    }
    return all;
}

Result<void> Settings::set(std::string_view name, std::string_view value) {
    const std::string text = plain(name);
    if (text == ours_always || text == ours_pickup) return set_ours(*this, text, value);
    if (!text.starts_with(prefix)) return fail(fmt::format("there is no setting `{}` of tracking", name));
    const auto rest = std::string_view(text).substr(prefix.size());
    if (rest == count)
        return fail(fmt::format("`{}` tells how many connections there are: it can't be set", name));
    if (const Knob* knob = find_knob(rest)) {
        if (knob->mode == Mode::debug && !debug) return only_in_debug_mode(name, "");
        const auto got = number(name, value, knob->least, knob->most);
        if (!got) return std::unexpected(got.error());
        knob->put(*this, *got);
        return {};
    }
    const auto which = find_timeout(rest);
    if (!which) return fail(fmt::format("there is no setting `{}` of tracking", name));
    if (!debug)
        return only_in_debug_mode(
            name, fmt::format("; `{}` under [timeout.default] sets it in any mode", policy_name(*which)));
    const auto got = number(name, value, 0, longest);
    if (!got) return std::unexpected(got.error());
    timeouts.seconds[static_cast<std::size_t>(*which)] = *got;
    return {};
}

Result<void> Settings::set_timeout(std::string_view policy_named, std::string_view timeout,
                                   std::string_view value) {
    const auto which = find_policy_timeout(timeout);
    if (!which) {
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < static_cast<std::size_t>(Timeout::count); ++i)
            names.push_back(policy_name(static_cast<Timeout>(i)));
        return fail(fmt::format("timeout policy `{}`: there is no timeout `{}`", policy_named, timeout),
                    did_you_mean(timeout, names));
    }
    const auto seconds = number(timeout, value, 0, longest);
    if (!seconds) return std::unexpected(seconds.error());
    constexpr std::size_t most_policies = 65'535, longest_name = 31;
    TimeoutPolicy* of = &timeouts;
    if (policy_named != timeouts.name) {
        if (policy_named.empty() || policy_named.size() > longest_name)
            return fail(fmt::format("`{}`: a timeout policy has a name of 1 to {} characters", policy_named,
                                    longest_name));
        if (const std::uint16_t at = policy(policy_named); at != 0) {
            of = &policies[at - 1];
        } else {
            if (policies.size() == most_policies)
                return fail(fmt::format("there may be {} timeout policies", most_policies));
            policies.push_back(policy_named == nat64_policy ? nat64_timeouts() : timeouts);
            of = &policies.back();
            of->name = policy_named;
        }
    }
    of->seconds[static_cast<std::size_t>(*which)] = *seconds;
    return {};
}

std::uint16_t Settings::policy(std::string_view name) const {
    const auto found = std::ranges::find(policies, name, &TimeoutPolicy::name);
    return found == policies.end() ? std::uint16_t{0}
                                   : static_cast<std::uint16_t>(found - policies.begin() + 1);
}

}  // namespace gatehouse::track
