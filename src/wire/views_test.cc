// Every view reads back what PacketBuilder wrote.
#include <functional>
#include <gtest/gtest.h>

#include "wire/arp.h"
#include "wire/builder.h"
#include "wire/dccp.h"
#include "wire/ethernet.h"
#include "wire/gre.h"
#include "wire/icmp.h"
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

const Mac mac1{{2, 0, 0, 0, 0, 1}};
const Mac mac2{{2, 0, 0, 0, 0, 2}};
const Address a4 = *parse_address("192.0.2.1", Family::ipv4);
const Address b4 = *parse_address("198.51.100.2", Family::ipv4);
const Address a6 = *parse_address("2001:db8::1", Family::ipv6);
const Address b6 = *parse_address("2001:db8:1::2", Family::ipv6);

Vector vec(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(EthernetView, ReadsTagsAndPayload) {
    PacketBuilder b;
    const Vector frame = b.ethernet({.destination = mac1, .source = mac2})
                             .vlan({.id = 9, .protocol = ethertype::service_vlan})
                             .vlan({.id = 5, .priority = 6, .drop_eligible = true})
                             .ipv4({})
                             .build();
    const auto view = EthernetView::parse(frame);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->destination(), mac1);
    EXPECT_EQ(view->source(), mac2);
    ASSERT_EQ(view->tag_count(), 2u);
    EXPECT_EQ(view->tag(0).protocol, ethertype::service_vlan);
    EXPECT_EQ(view->tag(0).id(), 9);
    EXPECT_EQ(view->tag(1).id(), 5);
    EXPECT_EQ(view->tag(1).priority(), 6);
    EXPECT_TRUE(view->tag(1).drop_eligible());
    EXPECT_EQ(view->type(), ethertype::ipv4);
    EXPECT_EQ(view->payload().size(), 20u);
}

TEST(LlcView, ReadsSnapAndPlain) {
    PacketBuilder snap;
    const Vector frame = snap.ethernet({}).llc({.organisation = 0xabcdef}).ipv6({}).pad_to(90).build();
    const auto outer = EthernetView::parse(frame);
    ASSERT_TRUE(outer && outer->is_802_3());
    EXPECT_EQ(outer->payload().size(), 48u);  // the length, not the padding
    const auto llc = LlcView::parse(outer->payload());
    ASSERT_TRUE(llc && llc->is_snap());
    EXPECT_EQ(llc->organisation(), 0xabcdefu);
    EXPECT_EQ(llc->type(), ethertype::ipv6);
    EXPECT_EQ(llc->payload().size(), 40u);

    const Vector unnumbered{0x42, 0x42, 3, 7};
    const auto plain = LlcView::parse(unnumbered);
    ASSERT_TRUE(plain && !plain->is_snap());
    EXPECT_EQ(vec(plain->payload()), Vector{7});
    const Vector information{4, 4, 0, 1, 7};
    const auto numbered = LlcView::parse(information);
    ASSERT_TRUE(numbered);
    EXPECT_EQ(vec(numbered->payload()), Vector{7});
}

TEST(ArpView, ReadsBack) {
    PacketBuilder b;
    b.arp({.operation = 2, .sender_mac = mac1, .sender = a4, .target_mac = mac2, .target = b4});
    const auto view = ArpView::parse(b.finish());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->operation(), ArpView::reply);
    EXPECT_EQ(view->sender_mac(), mac1);
    EXPECT_EQ(view->sender(), a4);
    EXPECT_EQ(view->target_mac(), mac2);
    EXPECT_EQ(view->target(), b4);
}

TEST(PppoeView, ReadsSessionAndDiscovery) {
    PacketBuilder b;
    b.pppoe({.session = 17}).ipv4({}).pad_to(60);
    const auto view = PppoeView::parse(b.finish());
    ASSERT_TRUE(view && view->is_session());
    EXPECT_EQ(view->session(), 17);
    EXPECT_EQ(view->ppp(), PppoeView::ppp_ipv4);
    EXPECT_EQ(view->payload().size(), 20u);
    PacketBuilder d;
    const auto discovery = PppoeView::parse(d.pppoe({.code = 9}).payload("tag").finish());
    ASSERT_TRUE(discovery);
    EXPECT_EQ(discovery->payload().size(), 3u);
}

TEST(Ipv4View, ReadsHeaderAndOptions) {
    const Vector options{1, 148, 4, 0, 0, 7, 3, 4, 0};
    PacketBuilder b;
    const Vector packet = b.ipv4({.source = a4,
                                  .destination = b4,
                                  .ttl = 3,
                                  .tos = 5,
                                  .id = 99,
                                  .dont_fragment = true,
                                  .more_fragments = true,
                                  .fragment_offset = 77,
                                  .options = options})
                              .udp({})
                              .build();
    const auto view = Ipv4View::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->source(), a4);
    EXPECT_EQ(view->destination(), b4);
    EXPECT_EQ(view->ttl(), 3);
    EXPECT_EQ(view->tos(), 5);
    EXPECT_EQ(view->id(), 99);
    EXPECT_TRUE(view->dont_fragment_set());
    EXPECT_TRUE(view->more_fragments_set());
    EXPECT_EQ(view->fragment_offset(), 77);
    EXPECT_EQ(view->protocol(), protocol::udp);
    EXPECT_TRUE(view->checksum_ok());
    EXPECT_EQ(view->header_length(), 32u);
    EXPECT_EQ(view->payload().size(), 8u);
    auto walk = view->options();
    const auto alert = walk.next();
    ASSERT_TRUE(alert);
    EXPECT_EQ(alert->kind, ipv4_option::router_alert);
    EXPECT_EQ(alert->offset, 21);
    const auto route = walk.next();
    ASSERT_TRUE(route);
    EXPECT_EQ(vec(route->bytes), (Vector{7, 3, 4}));
    EXPECT_FALSE(walk.next());
    EXPECT_FALSE(walk.fault());

    Vector damaged = packet;
    damaged[8] ^= 1;
    EXPECT_FALSE(Ipv4View::parse(damaged)->checksum_ok());
    // An ICMP error embeds the start of a packet only.
    EXPECT_FALSE(Ipv4View::parse(Bytes(packet).first(36)));
    EXPECT_TRUE(Ipv4View::parse_embedded(Bytes(packet).first(36)));
}

TEST(Ipv6View, ReadsHeaderAndEveryExtension) {
    const Vector option{5, 2, 0, 0};
    const Vector segments{0, 0, 1, 0, 0, 0};
    PacketBuilder b;
    b.ipv6({.source = a6, .destination = b6, .hop_limit = 9, .traffic_class = 0xab, .flow_label = 0x12345})
        .hop_by_hop({.body = option})
        .destination_options({})
        .routing({.body = Bytes(segments).first(2)})
        .fragment({.id = 0xfeed, .offset = 0, .more = true})
        .ah({.spi = 3, .check_value = Bytes(segments).first(4)})
        .mobility({})
        .tcp({});
    const auto view = Ipv6View::parse(b.finish());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->source(), a6);
    EXPECT_EQ(view->destination(), b6);
    EXPECT_EQ(view->hop_limit(), 9);
    EXPECT_EQ(view->traffic_class(), 0xab);
    EXPECT_EQ(view->flow_label(), 0x12345u);
    Ipv6Extensions walk(*view);
    Vector numbers;
    while (const auto extension = walk.next()) {
        numbers.push_back(extension->number);
        if (extension->number == protocol::routing) {
            EXPECT_EQ(RoutingView::parse(extension->bytes)->type(), 0);
        }
        if (extension->number == protocol::fragment) {
            const auto fragment = FragmentView::parse(extension->bytes);
            ASSERT_TRUE(fragment);
            EXPECT_EQ(fragment->id(), 0xfeedu);
            EXPECT_TRUE(fragment->more_fragments());
            EXPECT_EQ(fragment->next_header(), protocol::ah);
        }
        if (extension->number == protocol::hop_by_hop) {
            Ipv6Options options(extension->bytes);
            const auto alert = options.next();
            ASSERT_TRUE(alert);
            EXPECT_EQ(alert->kind, ipv6_option::router_alert);
            EXPECT_EQ(options.next()->kind, ipv6_option::padn);
            EXPECT_FALSE(options.next());
            EXPECT_FALSE(options.fault());
        }
    }
    EXPECT_EQ(numbers, (Vector{0, 60, 43, 44, 51, 135}));
    EXPECT_FALSE(walk.fault());
    EXPECT_EQ(walk.number(), protocol::tcp);
    EXPECT_EQ(walk.rest().size(), 20u);
}

TEST(Ipv6Extensions, StopBeforeDataTheyCannotRead) {
    for (const bool late : {true, false}) {
        PacketBuilder b;
        b.ipv6({});
        if (late) {
            b.fragment({.offset = 1, .next = protocol::destination_options});
        } else {
            b.esp({});
        }
        const Vector packet = b.payload("whatever").build();
        const auto view = Ipv6View::parse(packet);
        Ipv6Extensions walk(*view);
        EXPECT_EQ(walk.next().has_value(), late);
        EXPECT_FALSE(walk.next());
        EXPECT_FALSE(walk.fault());
    }
}

TEST(FindHeader, FindsWhatLinuxFinds) {
    using Search = HeaderPlace::Search;
    const auto packet = [](std::uint8_t first, Vector behind) {
        Vector bytes(Ipv6View::length);
        bytes[6] = first;
        bytes.insert(bytes.end(), behind.begin(), behind.end());
        return bytes;
    };
    const struct {
        const char* name;
        Vector packet;
        std::uint8_t number;
        Search search;
        std::uint32_t offset;
    } cases[] = {
        {"the transport", packet(6, {}), 6, Search::found, 40},
        {"past an extension", packet(60, {51, 0, 0, 0, 0, 0, 0, 0, 6, 0}), 51, Search::found, 48},
        {"not there", packet(60, {6, 0, 0, 0, 0, 0, 0, 0}), 51, Search::absent, 48},
        {"its second byte is missing", packet(60, {51, 0, 0, 0, 0, 0, 0, 0, 6}), 51, Search::broken, 48},
        {"past a header that runs past the packet", packet(60, {51, 9, 0, 0}), 51, Search::broken, 120},
        {"no extension behind one that does", packet(60, {6, 9, 0, 0}), 51, Search::absent, 120},
        {"routing takes four bytes", packet(43, {6, 0, 0}), 43, Search::broken, 40},
        {"a later fragment's header", packet(44, {51, 0, 0, 8, 0, 0, 0, 0}), 44, Search::found, 40},
        {"in a later fragment", packet(44, {51, 0, 0, 8, 0, 0, 0, 0, 6, 0}), 51, Search::absent, 40},
        {"in a first fragment", packet(44, {51, 0, 0, 1, 0, 0, 0, 0, 6, 0}), 51, Search::found, 48},
    };
    for (const auto& c : cases) {
        const auto place = find_header(c.packet, c.number);
        EXPECT_EQ(place.search, c.search) << c.name;
        EXPECT_EQ(place.offset, c.offset) << c.name;
    }
}

TEST(TcpView, ReadsHeaderAndTypedOptions) {
    PacketBuilder b;
    b.tcp({.source = 1,
           .destination = 2,
           .sequence = 0x01020304,
           .acknowledgment = 5,
           .flags = tcp_flag::syn | tcp_flag::ece,
           .window = 6,
           .urgent = 7,
           .options = TcpOptionList()
                          .mss(1460)
                          .nop()
                          .window_scale(8)
                          .sack_permitted()
                          .sack({{9, 10}, {11, 12}})
                          .timestamps(13, 14)})
        .payload("data");
    const Vector segment = b.build();
    const auto view = TcpView::parse(segment);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->source(), 1);
    EXPECT_EQ(view->destination(), 2);
    EXPECT_EQ(view->sequence(), 0x01020304u);
    EXPECT_EQ(view->acknowledgment(), 5u);
    EXPECT_EQ(view->flags(), tcp_flag::syn | tcp_flag::ece);
    EXPECT_EQ(view->window(), 6);
    EXPECT_EQ(view->urgent(), 7);
    EXPECT_EQ(view->payload().size(), 4u);
    auto walk = view->options();
    EXPECT_EQ(walk.next()->mss(), 1460);
    EXPECT_EQ(walk.next()->window_scale(), 8);
    EXPECT_TRUE(walk.next()->sack_permitted());
    const auto sack = walk.next();
    ASSERT_EQ(sack->sack_count(), 2u);
    EXPECT_EQ(sack->sack(1).left, 11u);
    EXPECT_EQ(sack->sack(1).right, 12u);
    const auto times = walk.next()->timestamps();
    ASSERT_TRUE(times);
    EXPECT_EQ(times->value, 13u);
    EXPECT_EQ(times->echo, 14u);
    EXPECT_FALSE(walk.next());
    EXPECT_FALSE(walk.fault());
}

TEST(TcpOption, IsOfItsKindAndLengthOnly) {
    const Vector short_mss{tcp_option::mss, 3, 1};
    const TcpOption option{.kind = tcp_option::mss, .bytes = short_mss};
    EXPECT_FALSE(option.mss());
    EXPECT_FALSE(option.window_scale());
    EXPECT_FALSE(option.timestamps());
    EXPECT_EQ(option.sack_count(), 0u);
}

TEST(UdpView, KeepsPayloadAndSurplusApart) {
    PacketBuilder b;
    const auto view =
        UdpView::parse(b.udp({.source = 1, .destination = 2, .length = 10}).payload("abcd").finish());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->source(), 1);
    EXPECT_EQ(view->destination(), 2);
    EXPECT_EQ(view->payload().size(), 2u);
    EXPECT_EQ(view->surplus().size(), 2u);
}

TEST(UdpLiteView, ResolvesTheCoverage) {
    for (const std::uint16_t coverage : {std::uint16_t{0}, std::uint16_t{8}, std::uint16_t{12}}) {
        PacketBuilder b;
        const auto view = UdpLiteView::parse(b.udplite({.coverage = coverage}).payload("abcd").finish());
        ASSERT_TRUE(view);
        EXPECT_EQ(view->coverage(), coverage == 0 ? 12u : coverage);
    }
}

TEST(IcmpView, TellsErrorsAndQueriesOfEachFamily) {
    struct Case {
        Family family;
        std::uint8_t type;
        bool error, id;
    };
    for (const Case& c : {Case{Family::ipv4, icmp::unreachable, true, false},
                          Case{Family::ipv4, icmp::echo_request, false, true},
                          Case{Family::ipv4, icmp::timestamp_reply, false, true},
                          Case{Family::ipv4, icmp::router_solicitation, false, false},
                          Case{Family::ipv6, icmpv6::packet_too_big, true, false},
                          Case{Family::ipv6, icmpv6::echo_reply, false, true},
                          Case{Family::ipv6, icmpv6::redirect, false, false}}) {
        PacketBuilder b;
        b.icmp({.type = c.type, .code = 4, .rest = Icmp::echo(1, 1500)}).payload("x");
        const auto view = IcmpView::parse(b.finish(), c.family);
        ASSERT_TRUE(view);
        EXPECT_EQ(view->is_error(), c.error) << int{c.type};
        EXPECT_EQ(view->has_id(), c.id) << int{c.type};
        EXPECT_EQ(view->mtu(), is_v4(c.family) ? 1500u : 0x105dcu);
        EXPECT_EQ(view->payload().size(), 1u);
    }
}

Vector nd(std::uint8_t type, std::uint32_t rest, std::size_t fixed_rest, Vector options) {
    PacketBuilder b;
    b.icmpv6({.type = type, .rest = rest});
    Vector addresses(fixed_rest, 0);
    for (std::size_t at = 0; at + 16 <= fixed_rest; at += 16)
        (at == 0 ? a6 : b6).store(&addresses[at], Family::ipv6);
    return b.payload(Bytes(addresses)).payload(Bytes(options)).build();
}

TEST(NdView, ReadsTheFiveMessages) {
    const Vector link{1, 1, 2, 0, 0, 0, 0, 1};
    const Vector solicit = nd(icmpv6::neighbour_solicitation, 0, 16, link);
    const auto ns = NdView::parse(solicit);
    ASSERT_TRUE(ns);
    EXPECT_EQ(ns->target(), a6);
    EXPECT_EQ(ns->option(nd_option::source_link_address)->link_address(), mac1);
    EXPECT_FALSE(ns->option(nd_option::target_link_address));

    const Vector advert = nd(icmpv6::neighbour_advertisement, 0xc0000000, 16, {});
    const auto na = NdView::parse(advert);
    ASSERT_TRUE(na);
    EXPECT_TRUE(na->from_router());
    EXPECT_TRUE(na->solicited());
    EXPECT_FALSE(na->overrides());

    EXPECT_FALSE(NdView::parse(nd(icmpv6::router_solicitation, 0, 0, {}))->has_target());

    Vector options{5, 1, 0, 0, 0, 0, 5, 0xdc};
    Vector prefix(32, 0);
    prefix[0] = nd_option::prefix_information;
    prefix[1] = 4;
    prefix[2] = 64;
    b6.store(&prefix[16], Family::ipv6);
    options.insert(options.end(), prefix.begin(), prefix.end());
    const Vector router = nd(icmpv6::router_advertisement, 0x40800708, 8, options);
    const auto ra = NdView::parse(router);
    ASSERT_TRUE(ra);
    EXPECT_EQ(ra->hop_limit(), 64);
    EXPECT_EQ(ra->router_flags(), 0x80);
    EXPECT_EQ(ra->lifetime(), 1800);
    EXPECT_EQ(ra->option(nd_option::mtu)->mtu(), 1500u);
    EXPECT_EQ(ra->option(nd_option::prefix_information)->prefix(), parse_prefix("2001:db8:1::/64"));

    const Vector redirected = nd(icmpv6::redirect, 0, 32, {4, 2, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
    const auto redirect = NdView::parse(redirected);
    ASSERT_TRUE(redirect);
    EXPECT_EQ(redirect->target(), a6);
    EXPECT_EQ(redirect->destination(), b6);
    EXPECT_EQ(redirect->option(nd_option::redirected_header)->redirected()->size(), 8u);
}

TEST(SctpView, ReadsChunksAndChecksum) {
    PacketBuilder b;
    const Vector body{1, 2, 3};
    const Vector packet = b.sctp({.source = 1, .destination = 2, .tag = 3})
                              .chunk({.type = 1, .flags = 4, .body = body})
                              .chunk({.type = 10})
                              .build();
    const auto view = SctpView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->tag(), 3u);
    EXPECT_TRUE(view->checksum_ok());
    auto walk = view->chunks();
    const auto init = walk.next();
    ASSERT_TRUE(init);
    EXPECT_EQ(init->flags, 4);
    EXPECT_EQ(init->bytes.size(), 7u);
    EXPECT_EQ(walk.next()->type, 10);
    EXPECT_FALSE(walk.next());
    EXPECT_FALSE(walk.fault());
}

TEST(Crc32c, MatchesThePublishedVectors) {
    // RFC 3720, B.4; and the customary "123456789".
    EXPECT_EQ(~crc32c_add(Vector(32, 0)), 0x8a9136aau);
    EXPECT_EQ(~crc32c_add(Vector(32, 0xff)), 0x62a8ab43u);
    const Vector digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    EXPECT_EQ(~crc32c_add(digits), 0xe3069283u);
    EXPECT_EQ(crc32c_add(Bytes(digits).subspan(4), crc32c_add(Bytes(digits).first(4))), crc32c_add(digits));
}

TEST(DccpView, ReadsBack) {
    PacketBuilder b;
    const auto view = DccpView::parse(
        b.dccp({.source = 1, .destination = 2, .type = 5, .coverage = 2, .sequence = 0x112233445566})
            .payload("abcd")
            .finish());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->type(), 5);
    EXPECT_EQ(view->sequence(), 0x112233445566u);
    EXPECT_EQ(view->coverage(), 2);
    EXPECT_EQ(view->payload().size(), 4u);
}

TEST(GreView, ReadsEachCombinationOfParts) {
    for (unsigned parts = 0; parts < 8; ++parts) {
        Gre fields{.has_checksum = (parts & 1) != 0, .type = 0x6558};
        if ((parts & 2) != 0) fields.key = 11;
        if ((parts & 4) != 0) fields.sequence = 12;
        PacketBuilder b;
        const Vector packet = b.gre(fields).payload("abc").build();
        const auto view = GreView::parse(packet);
        ASSERT_TRUE(view) << parts;
        EXPECT_EQ(view->checksum().has_value(), fields.has_checksum);
        EXPECT_TRUE(view->checksum_ok());
        EXPECT_EQ(view->key(), fields.key);
        EXPECT_EQ(view->sequence(), fields.sequence);
        EXPECT_EQ(view->payload().size(), 3u);
    }
    PacketBuilder b;
    const auto pptp =
        GreView::parse(b.pptp_gre({.call = 7, .sequence = 8, .acknowledgment = 9}).payload("abc").finish());
    ASSERT_TRUE(pptp);
    EXPECT_EQ(pptp->version(), 1u);
    EXPECT_EQ(pptp->call(), 7);
    EXPECT_EQ(pptp->sequence(), 8u);
    EXPECT_EQ(pptp->acknowledgment(), 9u);
    EXPECT_EQ(pptp->payload().size(), 3u);
}

TEST(Ipsec, ReadsBack) {
    PacketBuilder b;
    const Vector check{1, 2, 3, 4};
    const Vector packet =
        b.ah({.spi = 5, .sequence = 6, .check_value = check}).esp({.spi = 7, .sequence = 8}).build();
    const auto ah = AhView::parse(packet);
    ASSERT_TRUE(ah);
    EXPECT_EQ(ah->next_header(), protocol::esp);
    EXPECT_EQ(ah->spi(), 5u);
    EXPECT_EQ(vec(ah->check_value()), check);
    const auto esp = EspView::parse(ah->payload());
    ASSERT_TRUE(esp);
    EXPECT_EQ(esp->spi(), 7u);
    EXPECT_EQ(esp->sequence(), 8u);
}

TEST(NdOptions, EndAtAMalformedOne) {
    for (const Vector& options :
         {Vector{1, 0, 0, 0, 0, 0, 0, 0}, Vector{1, 2, 0, 0, 0, 0, 0, 0}, Vector{1}}) {
        const Vector message = nd(icmpv6::neighbour_solicitation, 0, 16, options);
        auto walk = NdView::parse(message)->options();
        EXPECT_FALSE(walk.next());
        EXPECT_EQ(walk.fault(), (Fault{FaultKind::bad_option, 1, 24}));
    }
}

}  // namespace
}  // namespace gatehouse::wire
