// -j TPROXY: hands the packet to a local proxy that listens for other hosts' connections.
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/value/address.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

// "0x1/0xff"; printed with its mask, always.
struct MarkValue : value::MaskedNumber {
    void print(std::string& out, const type& v, Family) const {
        out += fmt::format("{:#x}/{:#x}", v.value, v.mask);
    }
};

struct PortValue : value::Ports {
    Result<type> read(Words words, Family family) const {
        if (words[0].contains(':')) return fail(fmt::format("expected one port, got `{}`", words[0]));
        return value::Ports::read(words, family);
    }
};

struct TProxy {
    Opt<PortRange> port;
    Opt<Address> address;
    Opt<Masked> mark{.value = {.value = 0, .mask = 0}};
    friend bool operator==(const TProxy&, const TProxy&) = default;

    static constexpr std::tuple options{
        option<&TProxy::port>("on-port", PortValue{{.metavar = "port"}},
                              {.help = "the proxy's port; 0: the packet's own", .required = true}),
        option<&TProxy::address>("on-ip", value::AddressValue{},
                                 {.help = "the proxy's address; that of the interface if not given"}),
        option<&TProxy::mark>("tproxy-mark", MarkValue{{.metavar = "value[/mask]"}},
                              {.help = "the mark of what was handed over"}),
    };

    Result<void> check(const Facts&) {
        address.set = mark.set = true;
        return {};
    }

    void list(std::string& out, Family family, bool) const {
        out += fmt::format("TPROXY redirect {}:{} mark ", to_string(*address, family), port->low);
        MarkValue{}.print(out, *mark, family);
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::tcp, wire::protocol::udp};

}  // namespace

extern constinit const Declaration target_tproxy =
    declare_target<TProxy>({.name = "TPROXY",
                            .tables = table_mangle,
                            .hooks = bit(Hook::prerouting),
                            .protocols = protocols,
                            .help = "hands the packet to a local proxy",
                            .does = does_alter_packet,
                            .need = Need::proxies});

}  // namespace gatehouse::rules
