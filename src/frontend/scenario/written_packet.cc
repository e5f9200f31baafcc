#include "frontend/scenario/written_packet.h"

#include "wire/names.h"

namespace gatehouse::frontend::scenario {

Result<WrittenPacket> read_written(std::string_view text) {
    std::vector<int> columns;
    const auto located = [&](Error error) {
        const auto word = static_cast<std::size_t>(error.place.column);
        error.place = {"<packet>", 1, word > 0 && word <= columns.size() ? columns[word - 1] : 1};
        return std::unexpected(std::move(error));
    };
    const auto words = cut_line(text, &columns);
    if (!words) return located(words.error());
    if (words->empty()) return located({.what = "expected an interface and a packet"});
    if (wire::protocol_number(words->front()) || words->front() == "hex")
        return located(
            {.what = "expected the interface that the packet comes in by first, as in `lan tcp …`"});
    const bool arrow = words->size() > 1 && (*words)[1] == "<";
    auto packet = read_packet(*words, arrow ? 2 : 1);
    if (!packet) return located(packet.error());
    return WrittenPacket{.interface = words->front(), .packet = std::move(*packet)};
}

void fill_macs(const network::Port& in, Fields& packet) {
    if (packet.has("hex")) return;
    if (!packet.has("to")) packet.set("to", to_string(in.mac));
    if (packet.has("from")) return;
    Mac from{{2, 0, 0, 0, 9, 9}};
    if (!in.neighbours.empty()) from = in.neighbours.front().second;
    for (const auto& [address, mac] : in.neighbours) {
        if (address == *packet.find("src")) from = mac;
    }
    packet.set("from", to_string(from));
}

}  // namespace gatehouse::frontend::scenario
