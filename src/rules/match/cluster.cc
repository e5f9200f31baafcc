// -m cluster: whether the packet's connection falls to this node of a cluster, of which every node sees all
// packets.
//
// Linux's choice (net/netfilter/xt_cluster.c), so that its nodes and ours share one cluster: Jenkins' hash of
// the address that opened the connection, or the one that expected it, as it stands in memory there.
#include <bit>
#include <fmt/format.h>

#include "base/jenkins_hash.h"
#include "route/types.h"
#include "rules/declaration.h"
#include "rules/seen.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t most_nodes = 32;

struct HexNumber : value::Number {
    void print(std::string& out, const type& value, Family) const { out += fmt::format("{:#010x}", value); }
};

struct Cluster {
    Opt<std::uint32_t> mask, node, nodes, seed;
    friend bool operator==(const Cluster&, const Cluster&) = default;

    static constexpr std::tuple options{
        option<&Cluster::mask>(
            "cluster-local-nodemask", HexNumber{{.min = 1, .metavar = "mask"}},
            {.help = "the nodes that this one stands for, a bit each", .invertible = true, .group = 1}),
        option<&Cluster::node>(
            "cluster-local-node", value::Number{.min = 1, .max = most_nodes, .metavar = "number"},
            {.help = "this node's number, from 1", .invertible = true, .input_only = true, .group = 1}),
        option<&Cluster::nodes>("cluster-total-nodes",
                                value::Number{.min = 1, .max = most_nodes, .metavar = "number"},
                                {.help = "how many nodes there are", .required = true}),
        option<&Cluster::seed>("cluster-hash-seed", HexNumber{{.metavar = "number"}},
                               {.help = "the same for all nodes", .required = true}),
    };

    // A node is a mask of one bit: one spelling is kept for both.
    Result<void> check(const Facts&) {
        if (node) {
            mask = {.value = 1u << (*node - 1), .set = true, .inverted = node.inverted};
            node = {};
        }
        if (static_cast<std::uint32_t>(std::bit_width(*mask)) > *nodes)
            return fail(fmt::format("there are only {} nodes", *nodes));
        return {};
    }

    bool test(const Context& context) const {
        take_in(context.packet);
        const auto at = seen(context);
        if (at.entry == nullptr) return false;
        const std::uint64_t hash = hash_of(context.services.tracking->opener(*at.entry));
        const auto chosen = static_cast<std::uint32_t>(hash * *nodes >> 32);
        return mask.passes((*mask >> chosen & 1) != 0);
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("cluster {}node_mask={:#010x} total_nodes={} hash_seed={:#010x}",
                           mask.inverted ? "!" : "", *mask, *nodes, *seed);
    }

  private:
    // The nodes listen to one link address, that of a group. What comes by it was sent to this host all the
    // same, unless its IP address is a group's, too.
    static void take_in(Packet& packet) {
        const Address& to = packet.flat.destination;
        const bool to_group = is_v4(packet.flat.family) ? route::is_multicast4(to) : route::is_multicast6(to);
        if (!to_group && packet.type == PacketType::multicast) packet.type = PacketType::host;
    }

    // The address's first word as the machine has it in network order: of an IPv6 address Linux hashes no
    // more.
    std::uint32_t hash_of(const track::Entry& entry) const {
        const std::uint32_t word = __builtin_bswap32(entry.tuple(track::Direction::original).source.words[0]);
        return jenkins_hash({&word, 1}, *seed);
    }
};

}  // namespace

extern constinit const Declaration match_cluster =
    declare_match<Cluster>({.name = "cluster",
                            .help = "whether the connection falls to this node of a cluster",
                            .reads = reads_connection,
                            .does = does_alter_packet,
                            .need = Need::tracking,
                            .required_groups = 1});

}  // namespace gatehouse::rules
