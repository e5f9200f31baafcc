// What every view and walk refuses: cut short, contradicting itself or lying, each with its named fault.
#include <functional>
#include <gtest/gtest.h>

#include "wire/arp.h"
#include "wire/dccp.h"
#include "wire/ethernet.h"
#include "wire/gre.h"
#include "wire/ipsec.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/nd.h"
#include "wire/pppoe.h"
#include "wire/sctp.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace gatehouse::wire {
namespace {

using Vector = std::vector<std::uint8_t>;

template <class View>
std::function<Fault(Bytes)> fault_of() {
    return [](Bytes bytes) {
        const auto view = View::parse(bytes);
        return view ? Fault{FaultKind::bad_type, 777, 777} : view.error();
    };
}
// The fault at which a walk over something ends.
template <class Walk>
std::function<Fault(Bytes)> walk_fault() {
    return [](Bytes bytes) {
        Walk walk(bytes);
        while (walk.next()) {
        }
        return walk.fault().value_or(Fault{FaultKind::bad_type, 777, 777});
    };
}

struct Malformed {
    const char* name;
    std::function<Fault(Bytes)> read;
    Vector bytes;
    Fault fault;
};

Vector zeros_but(std::size_t size, std::initializer_list<std::pair<std::size_t, std::uint8_t>> set) {
    Vector bytes(size, 0);
    for (const auto& [at, value] : set) bytes[at] = value;
    return bytes;
}

class MalformedBytes : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedBytes, GiveANamedFault) {
    const auto& [name_, read, bytes, expected] = GetParam();
    const Fault found = read(bytes);
    EXPECT_EQ(name(found.kind), name(expected.kind));
    EXPECT_EQ(found.first, expected.first);
    EXPECT_EQ(found.second, expected.second);
}

constexpr auto truncated = FaultKind::truncated;
constexpr auto bad_length = FaultKind::bad_length;
constexpr auto bad_header = FaultKind::bad_header;
constexpr auto bad_option = FaultKind::bad_option;

INSTANTIATE_TEST_SUITE_P(
    Wire, MalformedBytes,
    testing::Values(
        Malformed{"ethernet_cut", fault_of<EthernetView>(), Vector(13), {truncated, 13, 14}},
        Malformed{"tag_cut", fault_of<EthernetView>(), zeros_but(17, {{12, 0x81}}), {truncated, 17, 18}},
        Malformed{"length_802_3", fault_of<EthernetView>(), zeros_but(20, {{13, 7}}), {bad_length, 7, 6}},
        Malformed{"llc_cut", fault_of<LlcView>(), Vector(2), {truncated, 2, 3}},
        Malformed{"llc_control_cut", fault_of<LlcView>(), Vector(3), {truncated, 3, 4}},
        Malformed{"snap_cut", fault_of<LlcView>(), {0xaa, 0xaa, 3, 0, 0, 0, 8}, {truncated, 7, 8}},
        Malformed{"arp_cut", fault_of<ArpView>(), Vector(27), {truncated, 27, 28}},
        Malformed{"arp_hardware", fault_of<ArpView>(), zeros_but(28, {{1, 6}}), {FaultKind::bad_type, 6, 1}},
        Malformed{"arp_protocol",
                  fault_of<ArpView>(),
                  zeros_but(28, {{1, 1}, {2, 9}}),
                  {FaultKind::bad_type, 0x900, 0x800}},
        Malformed{"arp_mac_length",
                  fault_of<ArpView>(),
                  zeros_but(28, {{1, 1}, {2, 8}, {4, 8}}),
                  {bad_length, 8, 6}},
        Malformed{"arp_address_length",
                  fault_of<ArpView>(),
                  zeros_but(28, {{1, 1}, {2, 8}, {4, 6}, {5, 16}}),
                  {bad_length, 16, 4}},
        Malformed{"pppoe_cut", fault_of<PppoeView>(), Vector(5), {truncated, 5, 6}},
        Malformed{"pppoe_version", fault_of<PppoeView>(), Vector(8), {FaultKind::bad_version, 0, 0x11}},
        Malformed{"pppoe_length", fault_of<PppoeView>(), {0x11, 0, 0, 0, 0, 3, 0, 0}, {bad_length, 3, 2}},
        Malformed{"pppoe_no_ppp", fault_of<PppoeView>(), {0x11, 0, 0, 0, 0, 1, 0}, {truncated, 1, 2}},
        Malformed{"ipv4_cut", fault_of<Ipv4View>(), zeros_but(19, {{0, 0x45}}), {truncated, 19, 20}},
        Malformed{"ipv4_header", fault_of<Ipv4View>(), zeros_but(20, {{0, 0x44}}), {bad_header, 16, 20}},
        Malformed{"ipv4_options_cut", fault_of<Ipv4View>(), zeros_but(20, {{0, 0x46}}), {truncated, 20, 24}},
        Malformed{
            "ipv4_total", fault_of<Ipv4View>(), zeros_but(20, {{0, 0x45}, {3, 21}}), {bad_length, 21, 20}},
        Malformed{"ipv4_option_cut", walk_fault<Ipv4Options>(), {1, 7}, {bad_option, 7, 21}},
        Malformed{"ipv4_option_short", walk_fault<Ipv4Options>(), {7, 1, 0, 0}, {bad_option, 7, 20}},
        Malformed{"ipv4_option_long", walk_fault<Ipv4Options>(), {7, 5, 0, 0}, {bad_option, 7, 20}},
        Malformed{"ipv6_cut", fault_of<Ipv6View>(), zeros_but(39, {{0, 0x60}}), {truncated, 39, 40}},
        Malformed{"ipv6_version", fault_of<Ipv6View>(), Vector(40), {FaultKind::bad_version, 0, 6}},
        Malformed{
            "ipv6_length", fault_of<Ipv6View>(), zeros_but(40, {{0, 0x60}, {5, 1}}), {bad_length, 41, 40}},
        Malformed{"ipv6_option_cut", walk_fault<Ipv6Options>(), {0, 0, 5}, {bad_option, 5, 2}},
        Malformed{"ipv6_option_long", walk_fault<Ipv6Options>(), {0, 0, 0, 5, 2, 0}, {bad_option, 5, 3}},
        Malformed{"routing_cut", fault_of<RoutingView>(), Vector(3), {truncated, 3, 4}},
        Malformed{"fragment_cut", fault_of<FragmentView>(), Vector(7), {truncated, 7, 8}},
        Malformed{"tcp_cut", fault_of<TcpView>(), Vector(19), {truncated, 19, 20}},
        Malformed{"tcp_header", fault_of<TcpView>(), zeros_but(20, {{12, 0x40}}), {bad_header, 16, 20}},
        Malformed{"tcp_options_cut", fault_of<TcpView>(), zeros_but(20, {{12, 0x60}}), {truncated, 20, 24}},
        Malformed{"tcp_option_cut", walk_fault<TcpOptions>(), {1, 1, 1, 2}, {bad_option, 2, 23}},
        Malformed{"tcp_option_short", walk_fault<TcpOptions>(), {2, 0, 1, 1}, {bad_option, 2, 20}},
        Malformed{"tcp_option_long", walk_fault<TcpOptions>(), {8, 10, 1, 1}, {bad_option, 8, 20}},
        Malformed{"udp_cut", fault_of<UdpView>(), Vector(7), {truncated, 7, 8}},
        Malformed{"udp_short", fault_of<UdpView>(), zeros_but(8, {{5, 7}}), {bad_length, 7, 8}},
        Malformed{"udp_long", fault_of<UdpView>(), zeros_but(8, {{5, 9}}), {bad_length, 9, 8}},
        Malformed{"udplite_short", fault_of<UdpLiteView>(), zeros_but(8, {{5, 7}}), {bad_length, 7, 8}},
        Malformed{"udplite_long", fault_of<UdpLiteView>(), zeros_but(8, {{5, 9}}), {bad_length, 9, 8}},
        Malformed{"sctp_cut", fault_of<SctpView>(), Vector(11), {truncated, 11, 12}},
        Malformed{"chunk_cut", walk_fault<SctpChunks>(), Vector(15), {bad_length, 0, 3}},
        Malformed{"chunk_short", walk_fault<SctpChunks>(), zeros_but(16, {{15, 3}}), {bad_length, 3, 4}},
        Malformed{"chunk_long", walk_fault<SctpChunks>(), zeros_but(16, {{15, 5}}), {bad_length, 5, 4}},
        Malformed{"dccp_cut", fault_of<DccpView>(), Vector(11), {truncated, 11, 12}},
        Malformed{"dccp_header", fault_of<DccpView>(), zeros_but(16, {{4, 3}, {8, 1}}), {bad_header, 12, 16}},
        Malformed{"dccp_options_cut", fault_of<DccpView>(), zeros_but(12, {{4, 4}}), {truncated, 12, 16}},
        Malformed{
            "dccp_coverage", fault_of<DccpView>(), zeros_but(12, {{4, 3}, {5, 2}}), {bad_length, 16, 12}},
        Malformed{"gre_cut", fault_of<GreView>(), Vector(3), {truncated, 3, 4}},
        Malformed{"gre_version", fault_of<GreView>(), {0, 2, 0, 0}, {FaultKind::bad_version, 2, 1}},
        Malformed{"gre_parts_cut", fault_of<GreView>(), {0xb0, 0, 0, 0, 0}, {truncated, 5, 16}},
        Malformed{"gre_routing", fault_of<GreView>(), {0x40, 0, 0, 0}, {bad_header, 0x4000, 0}},
        Malformed{"pptp_type",
                  fault_of<GreView>(),
                  {0x20, 1, 8, 0, 0, 0, 0, 0},
                  {FaultKind::bad_type, 0x800, 0x880b}},
        Malformed{"pptp_length", fault_of<GreView>(), {0x20, 1, 0x88, 0x0b, 0, 1, 0, 0}, {bad_length, 1, 0}},
        Malformed{"ah_cut", fault_of<AhView>(), Vector(11), {truncated, 11, 12}},
        Malformed{"ah_header", fault_of<AhView>(), Vector(12), {bad_header, 8, 12}},
        Malformed{"ah_value_cut", fault_of<AhView>(), zeros_but(12, {{1, 2}}), {truncated, 12, 16}},
        Malformed{"esp_cut", fault_of<EspView>(), Vector(7), {truncated, 7, 8}},
        Malformed{"nd_cut", fault_of<NdView>(), Vector(7), {truncated, 7, 8}},
        Malformed{"nd_type", fault_of<NdView>(), zeros_but(8, {{0, 128}}), {FaultKind::bad_type, 128, 135}},
        Malformed{"nd_target_cut", fault_of<NdView>(), zeros_but(23, {{0, 135}}), {truncated, 23, 24}},
        Malformed{"redirect_cut", fault_of<NdView>(), zeros_but(39, {{0, 137}}), {truncated, 39, 40}}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(FaultKind, HasANameEach) {
    EXPECT_EQ(name(FaultKind::truncated), "truncated");
    EXPECT_EQ(name(FaultKind::bad_type), "bad-type");
}

}  // namespace
}  // namespace gatehouse::wire
