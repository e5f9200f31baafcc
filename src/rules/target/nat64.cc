// -j NAT64: leads connections from IPv6 to IPv4 addresses that stand in their destinations (RFC 6146).
#include <fmt/format.h>

#include "nat/nat.h"
#include "rules/value/translation.h"

namespace gatehouse::rules {

namespace {

// "64:ff9b::/96": a prefix that IPv4 addresses may stand behind.
struct EmbeddingValue : value::MaskedAddressValue {
    std::string_view metavar = "prefix/length";
    Result<MaskedAddress> read(Words words, Family family) const {
        auto prefix = MaskedAddressValue::read(words, family);
        if (!prefix) return prefix;
        if (auto made = nat::Embedding::make(prefix->address, prefix->length); !made)
            return std::unexpected(std::move(made).error());
        return prefix;
    }
    void print(std::string& out, const MaskedAddress& v, Family family) const {
        out += fmt::format("{}/{}", to_string(v.address, family), v.length);
    }
};

// "192.0.2.1-192.0.2.9:1024-65535": addresses and ports of IPv4, whatever the rule's family.
struct PoolValue : value::TranslationValue {
    Result<Translation> read(Words words, Family) const {
        return TranslationValue::read(words, Family::ipv4);
    }
    void print(std::string& out, const Translation& v, Family) const {
        TranslationValue::print(out, v, Family::ipv4);
    }
};

struct Nat64 {
    Opt<MaskedAddress> prefix;
    Opt<Translation> to;
    Flag random;
    nat::Embedding embedding{};
    friend bool operator==(const Nat64&, const Nat64&) = default;

    static constexpr std::tuple options{
        option<&Nat64::prefix>("prefix", EmbeddingValue{},
                               {.help = "what stands before IPv4 addresses (64:ff9b::/96)"}),
        option<&Nat64::to>("to-source", PoolValue{},
                           {.help = "the source that clients get in IPv4, out of these addresses and ports",
                            .required = true}),
        flag<&Nat64::random>("random", {.help = "chooses the port at random"}),
    };

    Result<void> check(const Facts&) {
        if (!to->addresses) return fail("`--to-source` needs the addresses that clients get in IPv4");
        if (!prefix) return {};
        auto made = nat::Embedding::make(prefix->address, prefix->length);
        if (!made) return std::unexpected(std::move(made).error());
        embedding = *made;
        return {};
    }

    Outcome act(Context& context) const {
        if (!embedding.extract(context.packet.flat.destination)) return Outcome::next;
        const nat::Range range = range_of(*to, random.set, false);
        return outcome_of(context.services.nat->bind_across(context, embedding, range));
    }

    void list(std::string& out, Family, bool) const {
        out +=
            fmt::format("prefix {}/{} to:", to_string(embedding.prefix(), Family::ipv6), embedding.length());
        value::TranslationValue{}.print(out, *to, Family::ipv4);
        if (random) out += " random";
    }
};

}  // namespace

extern constinit const Declaration target_nat64 =
    declare_target<Nat64>({.name = "NAT64",
                           .families = v6_only,
                           .tables = table_nat,
                           .hooks = bit(Hook::prerouting) | bit(Hook::output),
                           .help = "leads connections to IPv4 addresses that stand in their destinations",
                           .reads = reads_tuple | reads_connection,
                           .does = does_alter_packet | does_alter_connection,
                           .need = Need::nat64});

}  // namespace gatehouse::rules
