// Call signalling and RAS (ITU-T H.225.0): H323-UserInformation and RasMessage.
//
// Every field of a root is here, or what stands behind it couldn't be found; of what later versions have
// added, only what is wanted. Names are the recommendation's.
#include "helper/h323_types.h"

namespace gatehouse::helper::h323 {

namespace {

using namespace per;

constexpr Type ends{.kind = Kind::ends};
constexpr Type channel = nested(open_logical_channel);
constexpr Type many_channels = sequence_of(channel);
constexpr Type message = nested(multimedia_message);
constexpr Type many_messages = sequence_of(message);
constexpr Type boolean{.kind = Kind::boolean};
constexpr Type characters_16_1_128 = characters_of(16, 1, 128);
constexpr Type characters_16_1_256 = characters_of(16, 1, 256);
constexpr Type characters_4_1_128 = characters_of(4, 1, 128);
constexpr Type endpoint_16_extensible = endpoint_of(16, true);
constexpr Type endpoint_4 = endpoint_of(4, false);
constexpr Type integer_0_255 = integer_of(0, 255);
constexpr Type integer_0_4294967295 = integer_of(0, 4294967295);
constexpr Type integer_0_65535 = integer_of(0, 65535);
constexpr Type integer_1_4294967295 = integer_of(1, 4294967295);
constexpr Type integer_1_65535 = integer_of(1, 65535);
constexpr Type null{};
constexpr Type octets{.kind = Kind::octets};
constexpr Type octets_16 = octets_of(16, 16);
constexpr Type octets_1_20 = octets_of(1, 20);
constexpr Type octets_1_256 = octets_of(1, 256);
constexpr Type octets_2 = octets_of(2, 2);
constexpr Type octets_4 = octets_of(4, 4);
constexpr Type octets_6 = octets_of(6, 6);

constexpr Type many_octets_4 = sequence_of(octets_4);
constexpr Field two_words_fields[] = {{&null}, {&null}};
constexpr Type two_words = extensible(choice(two_words_fields));
constexpr Field source_route_fields[] = {{&octets_4}, {&integer_0_65535}, {&many_octets_4}, {&two_words}};
constexpr Type source_route = extensible(sequence(source_route_fields));
constexpr Field ipx_fields[] = {{&octets_6}, {&octets_4}, {&octets_2}};
constexpr Type ipx = sequence(ipx_fields);
constexpr Field h221_non_standard_fields[] = {{&integer_0_255}, {&integer_0_255}, {&integer_0_65535}};
constexpr Type h221_non_standard = extensible(sequence(h221_non_standard_fields));
constexpr Field non_standard_identifier_fields[] = {{&octets}, {&h221_non_standard}};
constexpr Type non_standard_identifier = extensible(choice(non_standard_identifier_fields));
constexpr Field non_standard_parameter_fields[] = {{&non_standard_identifier}, {&octets}};
constexpr Type non_standard_parameter = sequence(non_standard_parameter_fields);
constexpr Field transport_address_fields[] = {
    {&endpoint_4},  {&source_route},          {&ipx}, {&endpoint_16_extensible}, {&octets_16},
    {&octets_1_20}, {&non_standard_parameter}};
constexpr Type transport_address = extensible(choice(transport_address_fields));
constexpr Field alias_address_fields[] = {{&characters_4_1_128}, {&characters_16_1_256}};
constexpr Type alias_address = extensible(choice(alias_address_fields));
constexpr Type many_alias_address = sequence_of(alias_address);
constexpr Field vendor_identifier_fields[] = {
    {&h221_non_standard}, {&octets_1_256, optional}, {&octets_1_256, optional}};
constexpr Type vendor_identifier = extensible(sequence(vendor_identifier_fields));
constexpr Field only_non_standard_fields[] = {{&non_standard_parameter, optional}};
constexpr Type only_non_standard = extensible(sequence(only_non_standard_fields));
constexpr Field supported_protocols_fields[] = {
    {&non_standard_parameter}, {&only_non_standard}, {&only_non_standard},
    {&only_non_standard},      {&only_non_standard}, {&only_non_standard},
    {&only_non_standard},      {&only_non_standard}, {&only_non_standard}};
constexpr Type supported_protocols = extensible(choice(supported_protocols_fields));
constexpr Type many_supported_protocols = sequence_of(supported_protocols);
constexpr Field gateway_info_fields[] = {{&many_supported_protocols, optional},
                                         {&non_standard_parameter, optional}};
constexpr Type gateway_info = extensible(sequence(gateway_info_fields));
constexpr Field endpoint_type_fields[] = {{&non_standard_parameter, optional},
                                          {&vendor_identifier, optional},
                                          {&only_non_standard, optional},
                                          {&gateway_info, optional},
                                          {&only_non_standard, optional},
                                          {&only_non_standard, optional},
                                          {&boolean},
                                          {&boolean}};
constexpr Type endpoint_type = extensible(sequence(endpoint_type_fields));
constexpr Type many_integer_0_65535 = sequence_of(integer_0_65535);
constexpr Field three_words_fields[] = {{&null}, {&null}, {&null}};
constexpr Type three_words = extensible(choice(three_words_fields));
constexpr Field two_booleans_fields[] = {{&boolean}, {&boolean}};
constexpr Type two_booleans = extensible(sequence(two_booleans_fields));
constexpr Field qseries_options_fields[] = {{&boolean}, {&boolean}, {&boolean}, {&boolean},
                                            {&boolean}, {&boolean}, {&boolean}, {&two_booleans}};
constexpr Type qseries_options = extensible(sequence(qseries_options_fields));
constexpr Field four_words_fields[] = {{&null}, {&null}, {&null}, {&null}};
constexpr Type four_words = extensible(choice(four_words_fields));
constexpr Field setup_fields[] = {{&octets},
                                  {&transport_address, optional, mark::h245_address},
                                  {&many_alias_address, optional},
                                  {&endpoint_type},
                                  {&many_alias_address, optional},
                                  {&transport_address, optional, mark::called},
                                  {&many_alias_address, optional},
                                  {&many_integer_0_65535, optional},
                                  {&boolean},
                                  {&octets_16},
                                  {&three_words},
                                  {&qseries_options, optional},
                                  {&four_words}};
constexpr Field setup_added[] = {
    {&transport_address, optional, mark::caller}, {}, {}, {}, {}, {}, {&many_channels}};
constexpr Type setup = extensible(sequence(setup_fields), setup_added);
constexpr Field call_proceeding_fields[] = {
    {&octets}, {&endpoint_type}, {&transport_address, optional, mark::h245_address}};
constexpr Field call_proceeding_added[] = {{}, {}, {}, {}, {&many_channels}};
constexpr Type call_proceeding = extensible(sequence(call_proceeding_fields), call_proceeding_added);
constexpr Field connect_fields[] = {
    {&octets}, {&transport_address, optional, mark::h245_address}, {&endpoint_type}, {&octets_16}};
constexpr Field connect_added[] = {{}, {}, {}, {}, {&many_channels}};
constexpr Type connect = extensible(sequence(connect_fields), connect_added);
constexpr Field alerting_added[] = {{}, {}, {}, {}, {&many_channels}};
constexpr Type alerting = extensible(sequence(call_proceeding_fields), alerting_added);
constexpr Field information_fields[] = {{&octets}};
constexpr Type information = extensible(sequence(information_fields));
constexpr Field release_complete_reason_fields[] = {{&null}, {&null}, {&null}, {&null}, {&null}, {&null},
                                                    {&null}, {&null}, {&null}, {&null}, {&null}, {&null}};
constexpr Type release_complete_reason = extensible(choice(release_complete_reason_fields));
constexpr Field release_complete_fields[] = {{&octets}, {&release_complete_reason, optional}};
constexpr Type release_complete = extensible(sequence(release_complete_fields));
constexpr Field facility_fields[] = {{&octets},
                                     {&transport_address, optional, mark::alternative},
                                     {&many_alias_address, optional},
                                     {&octets_16, optional},
                                     {&four_words, present, mark::facility_reason, true}};
constexpr Field facility_added[] = {
    {}, {}, {}, {}, {}, {}, {&transport_address, optional, mark::h245_address}, {&many_channels}};
constexpr Type facility = extensible(sequence(facility_fields), facility_added);
constexpr Field call_identifier_fields[] = {{&octets_16}};
constexpr Type call_identifier = extensible(sequence(call_identifier_fields));
constexpr Field security_service_mode_fields[] = {{&non_standard_parameter}, {&null}, {&null}};
constexpr Type security_service_mode = extensible(choice(security_service_mode_fields));
constexpr Field security_capabilities_fields[] = {{&non_standard_parameter, optional},
                                                  {&security_service_mode},
                                                  {&security_service_mode},
                                                  {&security_service_mode}};
constexpr Type security_capabilities = extensible(sequence(security_capabilities_fields));
constexpr Field h245_security_fields[] = {
    {&non_standard_parameter}, {&null}, {&security_capabilities}, {&security_capabilities}};
constexpr Type h245_security = extensible(choice(h245_security_fields));
constexpr Field progress_fields[] = {
    {&octets},          {&endpoint_type},           {&transport_address, optional, mark::h245_address},
    {&call_identifier}, {&h245_security, optional}, {&ends, optional},
    {&ends, optional},  {&many_channels, optional}};
constexpr Type progress = extensible(sequence(progress_fields));
constexpr Field message_body_fields[] = {{&setup},       {&call_proceeding},  {&connect}, {&alerting},
                                         {&information}, {&release_complete}, {&facility}};
constexpr Field message_body_added[] = {{&progress}};
constexpr Type message_body = extensible(choice(message_body_fields), message_body_added);
constexpr Field pdu_fields[] = {{&message_body, present, mark::message, true},
                                {&non_standard_parameter, optional}};
constexpr Field pdu_added[] = {{}, {}, {&many_messages}};
constexpr Type pdu = extensible(sequence(pdu_fields), pdu_added);
constexpr Field gatekeeper_request_fields[] = {{&integer_1_65535},
                                               {&octets},
                                               {&non_standard_parameter, optional},
                                               {&transport_address, present, mark::ras_address},
                                               {&ends},
                                               {&ends, optional},
                                               {&ends, optional},
                                               {&ends, optional}};
constexpr Type gatekeeper_request = extensible(sequence(gatekeeper_request_fields));
constexpr Field gatekeeper_confirm_fields[] = {{&integer_1_65535},
                                               {&octets},
                                               {&non_standard_parameter, optional},
                                               {&characters_16_1_128, optional},
                                               {&transport_address, present, mark::ras_address}};
constexpr Type gatekeeper_confirm = extensible(sequence(gatekeeper_confirm_fields));
constexpr Type many_transport_address = sequence_of(transport_address);
constexpr Field registration_request_fields[] = {{&integer_1_65535},
                                                 {&octets},
                                                 {&non_standard_parameter, optional},
                                                 {&boolean},
                                                 {&many_transport_address, present, mark::signal_address},
                                                 {&many_transport_address, present, mark::ras_address},
                                                 {&endpoint_type},
                                                 {&many_alias_address, optional},
                                                 {&characters_16_1_128, optional},
                                                 {&vendor_identifier}};
constexpr Field registration_request_added[] = {
    {}, {&integer_1_4294967295, optional, mark::time_to_live, true}, {&ends}};
constexpr Type registration_request =
    extensible(sequence(registration_request_fields), registration_request_added);
constexpr Field registration_confirm_fields[] = {{&integer_1_65535},
                                                 {&octets},
                                                 {&non_standard_parameter, optional},
                                                 {&many_transport_address, present, mark::signal_address},
                                                 {&many_alias_address, optional},
                                                 {&characters_16_1_128, optional},
                                                 {&characters_16_1_128}};
constexpr Field registration_confirm_added[] = {
    {}, {&integer_1_4294967295, optional, mark::time_to_live, true}, {&ends}};
constexpr Type registration_confirm =
    extensible(sequence(registration_confirm_fields), registration_confirm_added);
constexpr Field unregistration_request_fields[] = {{&integer_1_65535},
                                                   {&many_transport_address, present, mark::signal_address},
                                                   {&ends, optional},
                                                   {&ends, optional},
                                                   {&ends, optional}};
constexpr Type unregistration_request = extensible(sequence(unregistration_request_fields));
constexpr Field admission_request_fields[] = {{&integer_1_65535},
                                              {&four_words},
                                              {&two_words, optional},
                                              {&characters_16_1_128},
                                              {&many_alias_address, optional},
                                              {&transport_address, optional, mark::called},
                                              {&many_alias_address, optional},
                                              {&many_alias_address},
                                              {&transport_address, optional, mark::caller},
                                              {&ends},
                                              {&ends},
                                              {&ends, optional},
                                              {&ends, optional},
                                              {&ends},
                                              {&ends},
                                              {&ends}};
constexpr Type admission_request = extensible(sequence(admission_request_fields));
constexpr Field admission_confirm_fields[] = {{&integer_1_65535}, {&integer_0_4294967295},
                                              {&two_words},       {&transport_address, present, mark::called},
                                              {&ends, optional},  {&ends, optional}};
constexpr Type admission_confirm = extensible(sequence(admission_confirm_fields));
constexpr Field location_request_fields[] = {{&integer_1_65535},
                                             {&characters_16_1_128, optional},
                                             {&many_alias_address},
                                             {&non_standard_parameter, optional},
                                             {&transport_address, present, mark::ras_address}};
constexpr Type location_request = extensible(sequence(location_request_fields));
constexpr Field location_confirm_fields[] = {
    {&integer_1_65535}, {&transport_address, present, mark::called}, {&ends}, {&ends, optional}};
constexpr Type location_confirm = extensible(sequence(location_confirm_fields));
constexpr Field info_request_response_fields[] = {{&non_standard_parameter, optional},
                                                  {&integer_1_65535},
                                                  {&endpoint_type},
                                                  {&characters_16_1_128},
                                                  {&transport_address, present, mark::ras_address},
                                                  {&many_transport_address, present, mark::signal_address},
                                                  {&ends, optional},
                                                  {&ends, optional}};
constexpr Type info_request_response = extensible(sequence(info_request_response_fields));
constexpr Field ras_message_fields[] = {{&gatekeeper_request},
                                        {&gatekeeper_confirm},
                                        {&ends},
                                        {&registration_request},
                                        {&registration_confirm},
                                        {&ends},
                                        {&unregistration_request},
                                        {&ends},
                                        {&ends},
                                        {&admission_request},
                                        {&admission_confirm},
                                        {&ends},
                                        {&ends},
                                        {&ends},
                                        {&ends},
                                        {&ends},
                                        {&ends},
                                        {&ends},
                                        {&location_request},
                                        {&location_confirm},
                                        {&ends},
                                        {&ends},
                                        {&info_request_response},
                                        {&ends},
                                        {&ends}};
constexpr Type ras_message = extensible(choice(ras_message_fields));
constexpr Field user_information_fields[] = {{&pdu}, {&ends, optional}};

}  // namespace

const Type user_information = extensible(sequence(user_information_fields));
const Type ras_message = extensible(choice(ras_message_fields));

}  // namespace gatehouse::helper::h323
