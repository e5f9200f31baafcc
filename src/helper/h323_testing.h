// Messages of H.323 for tests, in hexadecimal: encoded by another program from the recommendations' ASN.1,
// and some of them read back by a third (Wireshark's). Tests only.
#pragma once
#include <string>
#include <string_view>

namespace gatehouse::helper::h323::testing {

inline std::string octets(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
    return bytes;
}
// In a TPKT.
inline std::string packet(std::string_view hex) {
    const std::string inside = octets(hex);
    const std::size_t length = inside.size() + 4;
    return std::string("\3\0", 2) + static_cast<char>(length >> 8) + static_cast<char>(length & 0xff) +
           inside;
}

// Setup: H.245 at 10.0.1.2:5555, called 192.0.2.2:1720, caller 10.0.1.2:40000.
inline constexpr std::string_view setup =
    "080212340504038890a57e00780520f8060008914a0004000a00010215b30201807a4440040061006c00690063006522"
    "c0b5000001035465737402312e30000140020062006f006200c000020206b80000000000000000000000000000000000"
    "00450c07000a0001029c401100000102030405060708090a0b0c0d0e0f0100010002800100";
// The same with nothing but H.245, behind an element of a single octet.
inline constexpr std::string_view setup_after_sending_complete =
    "0802123405a104038890a57e00690520f0060008914a0004000a00010215b30201807a4440040061006c006900630065"
    "22c0b5000001035465737402312e30000140020062006f0062000000000000000000000000000000000000410c110000"
    "0102030405060708090a0b0c0d0e0f0100010002800100";
// Setup: H.245 at [2001:db8::1]:5555.
inline constexpr std::string_view setup_v6 =
    "080212340504038890a57e00750520f0060008914a00043020010db800000000000000000000000115b30201807a4440"
    "040061006c00690063006522c0b5000001035465737402312e30000140020062006f0062000000000000000000000000"
    "000000000000410c1100000102030405060708090a0b0c0d0e0f0100010002800100";
// Setup: fast start, a channel either way at 10.0.1.2:5004 and 5005.
inline constexpr std::string_view fast_start =
    "080212340504038890a57e00950520b0060008914a00040201807a4440040061006c00690063006522c0b50000010354"
    "65737402312e30000140020062006f0062000000000000000000000000000000000000411c1100000102030405060708"
    "090a0b0c0d0e0f3202120000000c2013800a040001000a000102138d1d400000060401004c20138011140001000a0001"
    "02138c000a000102138d0100010002800100";
// Facility without a message of its own: a tunnelled OpenLogicalChannel, RTCP at 10.0.1.2:5007.
inline constexpr std::string_view tunnelled =
    "08021234627e001f052810010004c00180150113030000000c2013800a040001000a000102138f";
// Call proceeding: H.245 at 192.0.2.2:5556.
inline constexpr std::string_view call_proceeding =
    "08021234027e00370521c0060008914a000422c0b5000001035465737402312e3000c000020215b40111000000000000"
    "000000000000000000000002800100";
// Connect: H.245 at 192.0.2.2:5556.
inline constexpr std::string_view connect =
    "08021234077e004d0522c0060008914a000400c000020215b422c0b5000001035465737402312e300000000000000000"
    "0000000000000000000d0c1100000000000000000000000000000000000100010002800100";
// Alerting: H.245 at 192.0.2.2:5556.
inline constexpr std::string_view alerting =
    "08021234017e00370523c0060008914a000422c0b5000001035465737402312e3000c000020215b40111000000000000"
    "000000000000000000000002800100";
// Progress: H.245 at 192.0.2.2:5556.
inline constexpr std::string_view progress =
    "08021234037e00370528002f40060008914a000422c0b5000001035465737402312e3000c000020215b4000000000000"
    "000000000000000000000002800100";
// Facility: H.245 at 192.0.2.2:5556.
inline constexpr std::string_view facility =
    "08021234627e002b052680060008914a000461a0801100000000000000000000000000000000000700c000020215b402"
    "800100";
// Facility: call forwarded to 192.0.2.3:1730.
inline constexpr std::string_view forwarded =
    "08021234627e00290526c0060008914a000400c000020306c22020110000000000000000000000000000000000028001"
    "00";
// OpenLogicalChannel: RTCP at 10.0.1.2:5007.
inline constexpr std::string_view open_channel = "030000000c2013800a040001000a000102138f";
// OpenLogicalChannel of H.263: RTP at 10.0.1.2:5008.
inline constexpr std::string_view open_video = "0300000008cc001403e704000a100001000a0001021390";
// OpenLogicalChannel: RTP at 10.0.1.3:5008.
inline constexpr std::string_view open_elsewhere = "030000000c2013800a100001000a0001031390";
// OpenLogicalChannel: RTP at 10.0.1.2:68.
inline constexpr std::string_view open_service = "030000000c2013800a100001000a0001020044";
// OpenLogicalChannel of T.120 at 10.0.1.2:1503; the same for sound.
inline constexpr std::string_view open_t120 = "0380000010183001004003e88003000001010942000a00010205df00";
inline constexpr std::string_view open_stack_for_sound = "038000000c20138003000001010942000a00010205df00";
// OpenLogicalChannelAck: RTP at 192.0.2.2:6000, RTCP at 6001.
inline constexpr std::string_view accept_channel = "22c000000280101c0000c0000202177000c00002021771";
// GatekeeperRequest from 10.0.1.2:1719.
inline constexpr std::string_view find_gatekeeper =
    "00000000060008914a0004000a00010206b722c0b5000001035465737402312e3000";
// GatekeeperConfirm: 192.0.2.2:1718, and 192.0.2.3:1719.
inline constexpr std::string_view gatekeeper = "04000000060008914a000400c000020206b6";
inline constexpr std::string_view gatekeeper_elsewhere = "04000000060008914a000400c000020306b7";
// RegistrationRequest: calls to 10.0.1.2:1720, for 600 seconds; and 127.0.0.1:1720 before it.
inline constexpr std::string_view register_600 =
    "0e800000060008914a00040001000a00010206b801000a00010206b722c0b5000001035465737402312e300001400400"
    "61006c00690063006560b5000001035465737402312e302e8b0002034002570100010001000100";
inline constexpr std::string_view register_loopback =
    "0e800000060008914a00040002007f00000106b8000a00010206b801000a00010206b722c0b500000103546573740231"
    "2e30000140040061006c00690063006560b5000001035465737402312e302e0b00020100010001000100";
// RegistrationConfirm: for 90 seconds, and without a time.
inline constexpr std::string_view registered_90 =
    "12000000060008914a000401000a00010206b8040065007000310e8a02005901000100";
inline constexpr std::string_view registered =
    "12000000060008914a000401000a00010206b8040065007000310e0a01000100";
// UnregistrationRequest.
inline constexpr std::string_view unregister = "1800000201000a00010206b8";
// AdmissionRequest by 10.0.1.2:1720.
inline constexpr std::string_view may_i_call =
    "2410000100800065007000310140040061006c006900630065000a00010206b84003e800070000000000000000000000"
    "000000000000";
// AdmissionConfirm: 192.0.2.2:1720, and 192.0.2.3:1720.
inline constexpr std::string_view call_at_gatekeeper = "280000014003e800c000020206b8";
inline constexpr std::string_view call_elsewhere = "280000014003e800c000020306b8";
// LocationConfirm: 192.0.2.2:1725.
inline constexpr std::string_view located = "4c000300c000020206bd00c000020206b7";

}  // namespace gatehouse::helper::h323::testing
