#include "network/settings.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace gatehouse::network {

namespace {

constexpr std::uint64_t most = 0xffffffff;

constexpr std::string_view helper_modes[] = {"hold", "drop"};
constexpr std::string_view ways_to_give_up[] = {"release", "drop"};

constexpr Setting settings[] = {
    {"raw_before_defrag", "the raw table stands before reassembly: it sees fragments", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.raw_before_defrag = v != 0; }},
    {"seed", "where random numbers start from: the same seed, the same result", 0, ~std::uint64_t{0},
     [](Configuration& c, std::uint64_t v) { c.seed = v; }},
    {"own_packets", "packets of the router's own that can wait to be sent", 1, 1u << 20,
     [](Configuration& c, std::uint64_t v) { c.emit_limit = static_cast<std::uint32_t>(v); }},
    {"suspended_packets", "packets that can wait for somebody's word", 0, most,
     [](Configuration& c, std::uint64_t v) { c.waiting.packets = static_cast<std::uint32_t>(v); }},
    {"suspended_bytes", "bytes that these may hold", 0, ~std::uint64_t{0},
     [](Configuration& c, std::uint64_t v) { c.waiting.bytes = v; }},
    {"waiting_fragments", "fragments of each family that can wait for the rest of their datagrams", 0,
     1u << 20,
     [](Configuration& c, std::uint64_t v) { c.fragments.fragments = static_cast<std::uint32_t>(v); }},
    {"waiting_datagrams", "datagrams that these may belong to", 1, 1u << 20,
     [](Configuration& c, std::uint64_t v) { c.fragments.datagrams = static_cast<std::uint32_t>(v); }},
    {"reassembled_packets", "datagrams put together that haven't come to their end", 0, 1u << 12,
     [](Configuration& c, std::uint64_t v) { c.fragments.wholes = static_cast<std::uint32_t>(v); }},
    {"nat.drop_invalid", "INVALID packets of translated connections don't pass", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.nat.drop_invalid = v != 0; }},
    {"helper.mode", "how helpers read TCP: as a stream, or as Linux does, each segment alone", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.mode = static_cast<helper::Mode>(v); }, helper_modes},
    {"helper.custody", "what waits for the rest of its command is acknowledged in its receiver's stead", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.custody = v != 0; }},
    {"helper.on_giveup", "what becomes of a command whose rest doesn't come in time", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.on_giveup = static_cast<helper::OnGiveUp>(v); },
     ways_to_give_up},
    {"helper.third_party", "helpers believe who announces another's address", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.third_party = v != 0; }},
    {"helper.privileged", "helpers believe who announces a port below 1024 that isn't in use already", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.privileged = v != 0; }},
    {"helper.ftp_loose", "FTP's data connections may lead to another than who announces them", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.ftp_loose = v != 0; }},
    {"helper.sip_direct_media", "SIP's media flow between the two that speak, and nobody else", 0, 1,
     [](Configuration& c, std::uint64_t v) { c.helpers.sip_direct_media = v != 0; }},
};

std::string expected(const Setting& setting) {
    if (!setting.words.empty()) return fmt::format("one of {}", fmt::join(setting.words, ", "));
    if (setting.max == 1) return "true or false (1 or 0)";
    return fmt::format("a number from {} to {}", setting.min, setting.max);
}

std::optional<std::uint64_t> read(const Setting& setting, std::string_view value) {
    if (!setting.words.empty()) {
        const auto found = std::ranges::find(setting.words, value);
        if (found == setting.words.end()) return {};
        return setting.min + static_cast<std::uint64_t>(found - setting.words.begin());
    }
    const auto number = parse_number(value, setting.max);
    return number && *number >= setting.min ? number : std::nullopt;
}

}  // namespace

std::span<const Setting> all_settings() { return settings; }

Result<void> set(Configuration& configuration, std::string_view name, std::string_view value) {
    std::vector<std::string_view> names;
    for (const auto& setting : settings) {
        names.push_back(setting.name);
        if (setting.name != name) continue;
        const auto number = read(setting, value);
        if (!number) return fail(fmt::format("`{}`: expected {}, got `{}`", name, expected(setting), value));
        setting.set(configuration, *number);
        return {};
    }
    return fail(fmt::format("the engine has no setting `{}`", name), did_you_mean(name, names));
}

}  // namespace gatehouse::network
