// -m owner: the user and the groups of the program that sent the packet.
//
// Who that is, the World knows. What passes through, and what the router makes itself, no program has sent.
#include <algorithm>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include "base/text.h"
#include "hook/world.h"
#include "rules/declaration.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

using Ids = Range<std::uint32_t>;

// The names of users, or of groups, as the host knows them.
std::optional<std::uint32_t> id_of(const std::string& name, bool groups) {
    if (groups) {
        const group* const found = getgrnam(name.c_str());
        return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->gr_gid);
    }
    const passwd* const found = getpwnam(name.c_str());
    return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->pw_uid);
}
std::string name_of(std::uint32_t id, bool groups) {
    if (groups) {
        const group* const found = getgrgid(id);
        return found == nullptr ? fmt::format("{}", id) : found->gr_name;
    }
    const passwd* const found = getpwuid(id);
    return found == nullptr ? fmt::format("{}", id) : found->pw_name;
}

// "root", "1000", "0-999"; printed as numbers.
struct IdsValue {
    using type = Ids;
    static constexpr int word_count = 1;
    static constexpr std::uint32_t most = 0xfffffffe;  // one more is nobody's
    std::string_view metavar = "id[-id]";
    bool groups = false;
    Result<type> read(Words words, Family) const {
        const std::string_view text = words[0];
        if (const auto id = id_of(std::string(text), groups)) return Ids{*id, *id};
        const auto dash = text.find('-');
        const auto low = parse_number(text.substr(0, dash), most);
        const auto high = dash == std::string_view::npos ? low : parse_number(text.substr(dash + 1), most);
        if (!low || !high) {
            return fail(fmt::format("expected a {}'s name, an id or a range of ids, got `{}`",
                                    groups ? "group" : "user", text));
        }
        if (*low > *high) return fail(fmt::format("the range `{}` ends before it begins", text));
        return Ids{static_cast<std::uint32_t>(*low), static_cast<std::uint32_t>(*high)};
    }
    void print(std::string& out, const type& ids, Family) const {
        out += fmt::format("{}", ids.low);
        if (ids.low != ids.high) out += fmt::format("-{}", ids.high);
    }
};

struct Owner {
    Flag exists, supplementary;
    Opt<Ids> users, groups;
    friend bool operator==(const Owner&, const Owner&) = default;

    static constexpr std::uint32_t group_given = 1;
    static constexpr std::tuple options{
        flag<&Owner::exists>("socket-exists", {.help = "a program sent it", .invertible = true}),
        option<&Owner::users>("uid-owner", IdsValue{.metavar = "user[-user]"},
                              {.help = "it is this user's, or one's of the range", .invertible = true}),
        option<&Owner::groups>(
            "gid-owner", IdsValue{.metavar = "group[-group]", .groups = true},
            {.help = "it runs as this group, or one of the range", .invertible = true, .group = group_given}),
        flag<&Owner::supplementary>(
            "suppl-groups",
            {.help = "its other groups count, too", .needs_group = group_given, .behind = true}),
    };

    Result<void> check(const Facts&) const {
        if (!exists && !users && !groups)
            return fail("one of `--uid-owner`, `--gid-owner` and `--socket-exists` must be given");
        return {};
    }

    // What has no socket isn't of anybody's supplementary groups, and, in Linux, not of nobody's either.
    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        if (context.in != InterfaceId::none) return !supplementary && agrees(false, nullptr);
        if (packet.generated) {
            const bool has_socket = is_the_stacks(packet);
            return (has_socket || !supplementary) && agrees(has_socket, nullptr);
        }
        const auto socket = context.services.world->sender(packet);
        if (!socket) return !supplementary && agrees(false, nullptr);
        return agrees(true, &*socket);
    }
    // Linux sends ICMP by sockets of its own, which are nobody's.
    static bool is_the_stacks(const Packet& packet) { return wire::protocol::is_icmp(packet.flat.protocol); }
    bool agrees(bool there, const Socket* program) const {
        return exists.passes(there) && users.passes(program != nullptr && users->contains(program->user)) &&
               groups.passes(program != nullptr && is_of_group(*program));
    }
    bool is_of_group(const Socket& socket) const {
        if (groups->contains(socket.group)) return true;
        return supplementary &&
               std::ranges::any_of(socket.groups, [&](std::uint32_t id) { return groups->contains(id); });
    }

    void list(std::string& out, Family, bool numeric) const {
        const auto begin = [&](bool inverted) {
            if (!out.empty()) out += ' ';
            if (inverted) out += "! ";
        };
        const auto ids = [&](std::string_view word, const Opt<Ids>& given, bool of_groups) {
            if (!given) return;
            begin(given.inverted);
            out += fmt::format("owner {} match ", word);
            if (given->low == given->high && !numeric) {
                out += name_of(given->low, of_groups);
            } else {
                IdsValue{}.print(out, *given, Family::ipv4);
            }
        };
        if (exists) {
            begin(exists.inverted);
            out += "owner socket exists";
        }
        ids("UID", users, false);
        ids("GID", groups, true);
        if (supplementary) out += " incl. suppl. groups";
    }
};

}  // namespace

extern constinit const Declaration match_owner =
    declare_match<Owner>({.name = "owner",
                          .hooks = bit(Hook::output) | bit(Hook::postrouting),
                          .help = "the user and the groups of the program that sent the packet",
                          .reads = reads_tuple | reads_shared_state});

}  // namespace gatehouse::rules
