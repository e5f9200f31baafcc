// Multimedia control (ITU-T H.245): MultimediaSystemControlMessage, of which only the opening of channels is
// read.
//
// Every field of a root is here, or what stands behind it couldn't be found; of what later versions have
// added, only what is wanted. Names are the recommendation's.
#include "helper/h323_types.h"

namespace gatehouse::helper::h323 {

namespace {

using namespace per;

constexpr Type ends{.kind = Kind::ends};
constexpr Type boolean{.kind = Kind::boolean};
constexpr Type characters_4_1_128 = characters_of(4, 1, 128);
constexpr Type characters_4_1_16 = characters_of(4, 1, 16);
constexpr Type endpoint_16_extensible = endpoint_of(16, true);
constexpr Type endpoint_4_extensible = endpoint_of(4, true);
constexpr Type integer_0_1073741823 = integer_of(0, 1073741823);
constexpr Type integer_0_15 = integer_of(0, 15);
constexpr Type integer_0_16383 = integer_of(0, 16383);
constexpr Type integer_0_16777215 = integer_of(0, 16777215);
constexpr Type integer_0_192 = integer_of(0, 192);
constexpr Type integer_0_2 = integer_of(0, 2);
constexpr Type integer_0_255 = integer_of(0, 255);
constexpr Type integer_0_262143 = integer_of(0, 262143);
constexpr Type integer_0_4294967295 = integer_of(0, 4294967295);
constexpr Type integer_0_524287 = integer_of(0, 524287);
constexpr Type integer_0_65535 = integer_of(0, 65535);
constexpr Type integer_0_8191 = integer_of(0, 8191);
constexpr Type integer_1_1130 = integer_of(1, 1130);
constexpr Type integer_1_127 = integer_of(1, 127);
constexpr Type integer_1_19200 = integer_of(1, 19200);
constexpr Type integer_1_192400 = integer_of(1, 192400);
constexpr Type integer_1_255 = integer_of(1, 255);
constexpr Type integer_1_256 = integer_of(1, 256);
constexpr Type integer_1_32 = integer_of(1, 32);
constexpr Type integer_1_4 = integer_of(1, 4);
constexpr Type integer_1_4095 = integer_of(1, 4095);
constexpr Type integer_1_448 = integer_of(1, 448);
constexpr Type integer_1_65535 = integer_of(1, 65535);
constexpr Type integer_96_127 = integer_of(96, 127);
constexpr Type null{};
constexpr Type octets{.kind = Kind::octets};
constexpr Type octets_16 = octets_of(16, 16);
constexpr Type octets_1_20 = octets_of(1, 20);
constexpr Type octets_1_255 = octets_of(1, 255);
constexpr Type octets_2 = octets_of(2, 2);
constexpr Type octets_4 = octets_of(4, 4);
constexpr Type octets_6 = octets_of(6, 6);

constexpr Field h221_non_standard_fields[] = {{&integer_0_255}, {&integer_0_255}, {&integer_0_65535}};
constexpr Type h221_non_standard = sequence(h221_non_standard_fields);
constexpr Field non_standard_identifier_fields[] = {{&octets}, {&h221_non_standard}};
constexpr Type non_standard_identifier = choice(non_standard_identifier_fields);
constexpr Field non_standard_parameter_fields[] = {{&non_standard_identifier}, {&octets}};
constexpr Type non_standard_parameter = sequence(non_standard_parameter_fields);
constexpr Field h261_video_capability_fields[] = {
    {&integer_1_4, optional}, {&integer_1_4, optional}, {&boolean}, {&integer_1_19200}, {&boolean}};
constexpr Type h261_video_capability = extensible(sequence(h261_video_capability_fields));
constexpr Field h262_video_capability_fields[] = {{&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&integer_0_1073741823, optional},
                                                  {&integer_0_262143, optional},
                                                  {&integer_0_16383, optional},
                                                  {&integer_0_16383, optional},
                                                  {&integer_0_15, optional},
                                                  {&integer_0_4294967295, optional}};
constexpr Type h262_video_capability = extensible(sequence(h262_video_capability_fields));
constexpr Field h263_video_capability_fields[] = {{&integer_1_32, optional},
                                                  {&integer_1_32, optional},
                                                  {&integer_1_32, optional},
                                                  {&integer_1_32, optional},
                                                  {&integer_1_32, optional},
                                                  {&integer_1_192400},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&boolean},
                                                  {&integer_0_524287, optional},
                                                  {&integer_0_65535, optional}};
constexpr Type h263_video_capability = extensible(sequence(h263_video_capability_fields));
constexpr Field is11172_video_capability_fields[] = {{&boolean},
                                                     {&integer_0_1073741823, optional},
                                                     {&integer_0_262143, optional},
                                                     {&integer_0_16383, optional},
                                                     {&integer_0_16383, optional},
                                                     {&integer_0_15, optional},
                                                     {&integer_0_4294967295, optional}};
constexpr Type is11172_video_capability = extensible(sequence(is11172_video_capability_fields));
constexpr Field video_capability_fields[] = {{&non_standard_parameter},
                                             {&h261_video_capability},
                                             {&h262_video_capability},
                                             {&h263_video_capability},
                                             {&is11172_video_capability}};
constexpr Type video_capability = extensible(choice(video_capability_fields));
constexpr Field audio_capability_g7231_fields[] = {{&integer_1_256}, {&boolean}};
constexpr Type audio_capability_g7231 = sequence(audio_capability_g7231_fields);
constexpr Field is11172_audio_capability_fields[] = {{&boolean}, {&boolean}, {&boolean},
                                                     {&boolean}, {&boolean}, {&boolean},
                                                     {&boolean}, {&boolean}, {&integer_1_448}};
constexpr Type is11172_audio_capability = extensible(sequence(is11172_audio_capability_fields));
constexpr Field is13818_audio_capability_fields[] = {
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean},
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean},
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&integer_1_1130}};
constexpr Type is13818_audio_capability = extensible(sequence(is13818_audio_capability_fields));
constexpr Field audio_capability_fields[] = {{&non_standard_parameter},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&audio_capability_g7231},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&integer_1_256},
                                             {&is11172_audio_capability},
                                             {&is13818_audio_capability}};
constexpr Type audio_capability = extensible(choice(audio_capability_fields));
constexpr Field data_protocol_capability_fields[] = {
    {&non_standard_parameter}, {&null}, {&null}, {&null}, {&null}, {&null}, {&null}};
constexpr Type data_protocol_capability = extensible(choice(data_protocol_capability_fields));
constexpr Field t84_profile_t84_restricted_fields[] = {
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean},
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean},
    {&boolean}, {&boolean}, {&boolean}, {&boolean}, {&boolean}};
constexpr Type t84_profile_t84_restricted = extensible(sequence(t84_profile_t84_restricted_fields));
constexpr Field t84_profile_fields[] = {{&null}, {&t84_profile_t84_restricted}};
constexpr Type t84_profile = choice(t84_profile_fields);
constexpr Field t84_fields[] = {{&data_protocol_capability}, {&t84_profile}};
constexpr Type t84 = sequence(t84_fields);
constexpr Field nlpid_fields[] = {{&data_protocol_capability}, {&octets}};
constexpr Type nlpid = sequence(nlpid_fields);
constexpr Field data_application_fields[] = {{&non_standard_parameter},
                                             {&data_protocol_capability, present, mark::t120_protocol, true},
                                             {&data_protocol_capability},
                                             {&data_protocol_capability},
                                             {&t84},
                                             {&data_protocol_capability},
                                             {&data_protocol_capability},
                                             {&nlpid},
                                             {&null},
                                             {&data_protocol_capability}};
constexpr Type data_application = extensible(choice(data_application_fields));
constexpr Field data_application_capability_fields[] = {{&data_application}, {&integer_0_4294967295}};
constexpr Type data_application_capability = extensible(sequence(data_application_capability_fields));
constexpr Field encryption_mode_fields[] = {{&non_standard_parameter}, {&null}};
constexpr Type encryption_mode = extensible(choice(encryption_mode_fields));
constexpr Field data_type_fields[] = {
    {&non_standard_parameter},      {&null},           {&video_capability}, {&audio_capability},
    {&data_application_capability}, {&encryption_mode}};
constexpr Type data_type = extensible(choice(data_type_fields));
constexpr Field h222_parameters_fields[] = {{&integer_0_65535},
                                            {&integer_0_8191},
                                            {&integer_0_8191, optional},
                                            {&octets, optional},
                                            {&octets, optional}};
constexpr Type h222_parameters = extensible(sequence(h222_parameters_fields));
constexpr Field h223_parameters_adaptation_layer_type_al3_fields[] = {{&integer_0_2}, {&integer_0_16777215}};
constexpr Type h223_parameters_adaptation_layer_type_al3 =
    sequence(h223_parameters_adaptation_layer_type_al3_fields);
constexpr Field h223_parameters_adaptation_layer_type_fields[] = {
    {&non_standard_parameter},
    {&null},
    {&null},
    {&null},
    {&null},
    {&h223_parameters_adaptation_layer_type_al3}};
constexpr Type h223_parameters_adaptation_layer_type =
    extensible(choice(h223_parameters_adaptation_layer_type_fields));
constexpr Field h223_parameters_fields[] = {{&h223_parameters_adaptation_layer_type}, {&boolean}};
constexpr Type h223_parameters = extensible(sequence(h223_parameters_fields));
constexpr Field three_words_fields[] = {{&null}, {&null}, {&null}};
constexpr Type three_words = extensible(choice(three_words_fields));
constexpr Field v76_hdlc_parameters_fields[] = {{&three_words}, {&integer_1_4095}, {&boolean}};
constexpr Type v76_hdlc_parameters = extensible(sequence(v76_hdlc_parameters_fields));
constexpr Field v76_parameters_erm_fields[] = {{&integer_1_127}, {&three_words}};
constexpr Type v76_parameters_erm = extensible(sequence(v76_parameters_erm_fields));
constexpr Field v76_parameters_mode_fields[] = {{&v76_parameters_erm}, {&null}};
constexpr Type v76_parameters_mode = extensible(choice(v76_parameters_mode_fields));
constexpr Field v75_parameters_fields[] = {{&boolean}};
constexpr Type v75_parameters = extensible(sequence(v75_parameters_fields));
constexpr Field v76_parameters_fields[] = {
    {&v76_hdlc_parameters}, {&three_words}, {&boolean}, {&v76_parameters_mode}, {&v75_parameters}};
constexpr Type v76_parameters = extensible(sequence(v76_parameters_fields));
constexpr Type many_non_standard_parameter = sequence_of(non_standard_parameter);
constexpr Field ipx_fields[] = {{&octets_6}, {&octets_4}, {&octets_2}};
constexpr Type ipx = extensible(sequence(ipx_fields));
constexpr Field two_words_fields[] = {{&null}, {&null}};
constexpr Type two_words = choice(two_words_fields);
constexpr Type many_octets_4 = sequence_of(octets_4);
constexpr Field source_route_fields[] = {{&two_words}, {&octets_4}, {&integer_0_65535}, {&many_octets_4}};
constexpr Type source_route = extensible(sequence(source_route_fields));
constexpr Field unicast_address_fields[] = {
    {&endpoint_4_extensible}, {&ipx}, {&endpoint_16_extensible}, {&octets_16}, {&source_route}};
constexpr Type unicast_address = extensible(choice(unicast_address_fields));
constexpr Field multicast4_fields[] = {{&octets_4}, {&integer_0_65535}};
constexpr Type multicast4 = extensible(sequence(multicast4_fields));
constexpr Field multicast6_fields[] = {{&octets_16}, {&integer_0_65535}};
constexpr Type multicast6 = extensible(sequence(multicast6_fields));
constexpr Field multicast_address_fields[] = {{&multicast4}, {&multicast6}};
constexpr Type multicast_address = extensible(choice(multicast_address_fields));
constexpr Field transport_address_fields[] = {{&unicast_address}, {&multicast_address}};
constexpr Type transport_address = extensible(choice(transport_address_fields));
constexpr Field terminal_label_fields[] = {{&integer_0_192}, {&integer_0_192}};
constexpr Type terminal_label = extensible(sequence(terminal_label_fields));
constexpr Field h2250_parameters_media_packetization_fields[] = {{&null}};
constexpr Type h2250_parameters_media_packetization =
    extensible(choice(h2250_parameters_media_packetization_fields));
constexpr Field h2250_parameters_fields[] = {{&many_non_standard_parameter, optional},
                                             {&integer_0_255},
                                             {&integer_1_255, optional},
                                             {&transport_address, optional, mark::media},
                                             {&boolean, optional},
                                             {&transport_address, optional, mark::media},
                                             {&boolean, optional},
                                             {&boolean, optional},
                                             {&terminal_label, optional},
                                             {&integer_96_127, optional},
                                             {&h2250_parameters_media_packetization, optional}};
constexpr Type h2250_parameters = extensible(sequence(h2250_parameters_fields));
constexpr Field channel_forward_multiplex_fields[] = {
    {&h222_parameters}, {&h223_parameters}, {&v76_parameters}};
constexpr Field channel_forward_multiplex_added[] = {{&h2250_parameters}};
constexpr Type channel_forward_multiplex =
    extensible(choice(channel_forward_multiplex_fields), channel_forward_multiplex_added);
constexpr Field channel_forward_fields[] = {
    {&integer_0_65535, optional}, {&data_type}, {&channel_forward_multiplex}};
constexpr Type channel_forward = extensible(sequence(channel_forward_fields));
constexpr Field channel_reverse_multiplex_fields[] = {{&h223_parameters}, {&v76_parameters}};
constexpr Field channel_reverse_multiplex_added[] = {{&h2250_parameters}};
constexpr Type channel_reverse_multiplex =
    extensible(choice(channel_reverse_multiplex_fields), channel_reverse_multiplex_added);
constexpr Field channel_reverse_fields[] = {{&data_type}, {&channel_reverse_multiplex, optional}};
constexpr Type channel_reverse = extensible(sequence(channel_reverse_fields));
constexpr Type network_access_distribution = extensible(choice(two_words_fields));
constexpr Field q2931_address_address_fields[] = {{&characters_4_1_16}, {&octets_1_20}};
constexpr Type q2931_address_address = extensible(choice(q2931_address_address_fields));
constexpr Field q2931_address_fields[] = {{&q2931_address_address}, {&octets_1_20, optional}};
constexpr Type q2931_address = extensible(sequence(q2931_address_fields));
constexpr Field network_access_network_address_fields[] = {
    {&q2931_address}, {&characters_4_1_128}, {&transport_address}};
constexpr Type network_access_network_address = extensible(choice(network_access_network_address_fields));
constexpr Field network_access_fields[] = {{&network_access_distribution, optional},
                                           {&network_access_network_address},
                                           {&boolean},
                                           {&octets_1_255, optional}};
constexpr Type network_access = extensible(sequence(network_access_fields));
constexpr Field channel_fields[] = {{&integer_1_65535}, {&channel_forward}, {&channel_reverse, optional}};
constexpr Field channel_added[] = {{&network_access, optional, mark::stack_offered}};
constexpr Type channel = extensible(sequence(channel_fields), channel_added);
constexpr Field channel_ack_reverse_multiplex_fields[] = {{&h222_parameters}};
constexpr Field channel_ack_reverse_multiplex_added[] = {{&h2250_parameters}};
constexpr Type channel_ack_reverse_multiplex =
    extensible(choice(channel_ack_reverse_multiplex_fields), channel_ack_reverse_multiplex_added);
constexpr Field channel_ack_reverse_fields[] = {
    {&integer_1_65535}, {&integer_0_65535, optional}, {&channel_ack_reverse_multiplex, optional}};
constexpr Type channel_ack_reverse = extensible(sequence(channel_ack_reverse_fields));
constexpr Field h2250_ack_parameters_fields[] = {{&many_non_standard_parameter, optional},
                                                 {&integer_1_255, optional},
                                                 {&transport_address, optional, mark::media},
                                                 {&transport_address, optional, mark::media},
                                                 {&integer_96_127, optional}};
constexpr Type h2250_ack_parameters = extensible(sequence(h2250_ack_parameters_fields));
constexpr Field channel_ack_forward_multiplex_fields[] = {{&h2250_ack_parameters}};
constexpr Type channel_ack_forward_multiplex = extensible(choice(channel_ack_forward_multiplex_fields));
constexpr Field channel_ack_fields[] = {{&integer_1_65535}, {&channel_ack_reverse, optional}};
constexpr Field channel_ack_added[] = {{&network_access, optional, mark::stack_accepted},
                                       {&channel_ack_forward_multiplex}};
constexpr Type channel_ack = extensible(sequence(channel_ack_fields), channel_ack_added);
constexpr Field request_fields[] = {{&ends}, {&ends}, {&ends}, {&channel}, {&ends}, {&ends},
                                    {&ends}, {&ends}, {&ends}, {&ends},    {&ends}};
constexpr Type request = extensible(choice(request_fields));
constexpr Field response_fields[] = {{&ends}, {&ends}, {&ends}, {&ends}, {&ends}, {&channel_ack}, {&ends},
                                     {&ends}, {&ends}, {&ends}, {&ends}, {&ends}, {&ends},        {&ends},
                                     {&ends}, {&ends}, {&ends}, {&ends}, {&ends}};
constexpr Type response = extensible(choice(response_fields));
constexpr Field multimedia_message_fields[] = {{&request}, {&response}, {&ends}, {&ends}};

}  // namespace

const Type open_logical_channel = channel;
const Type multimedia_message = extensible(choice(multimedia_message_fields));

}  // namespace gatehouse::helper::h323
