// The messages of H.323 as tables (per.h): call signalling and RAS (ITU-T H.225.0), multimedia control
// (H.245), with marks on what the helpers want to know.
#pragma once
#include "helper/per.h"

namespace gatehouse::helper::h323 {

// Marks of addresses, and of numbers and alternatives that are told.
namespace mark {
constexpr std::uint8_t message = 1;  // which message it is (of call signalling)
constexpr std::uint8_t h245_address = 2, called = 3, caller = 4, alternative = 5;
constexpr std::uint8_t facility_reason = 6;
constexpr std::uint8_t media = 7;  // RTP's or RTCP's
// T.120's, by the one who opens the channel and by the one who accepts it, and what speaks it.
constexpr std::uint8_t stack_offered = 8, stack_accepted = 9, t120_protocol = 10;
constexpr std::uint8_t ras_address = 11, signal_address = 12, time_to_live = 13;
constexpr std::uint8_t ras = 14;  // which message of RAS it is
}  // namespace mark

// Alternatives.
constexpr std::uint32_t call_forwarded = 1;       // FacilityReason
constexpr std::uint32_t separate_lan_stack = 10;  // DataProtocolCapability
enum class Ras : std::uint8_t {
    gatekeeper_request = 0,
    gatekeeper_confirm = 1,
    registration_request = 3,
    registration_confirm = 4,
    unregistration_request = 6,
    admission_request = 9,
    admission_confirm = 10,
    location_request = 18,
    location_confirm = 19,
    info_request_response = 22,
};

extern const per::Type user_information;      // H323-UserInformation
extern const per::Type ras_message;           // RasMessage
extern const per::Type multimedia_message;    // MultimediaSystemControlMessage
extern const per::Type open_logical_channel;  // OpenLogicalChannel

}  // namespace gatehouse::helper::h323
