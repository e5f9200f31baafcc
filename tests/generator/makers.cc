#include "makers.h"

#include <fmt/format.h>

#include "network.h"

namespace gatehouse::generator {

std::string count(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t low, std::uint32_t high) {
    const std::uint32_t value = draw.chance(30) ? draw.among({low, high}) : draw.number(low, high);
    Edges::add(edges, value, high);
    return std::to_string(value);
}

std::string range(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t most, std::uint32_t usual) {
    std::uint32_t low = draw.number(0, usual), high = draw.number(0, usual);
    if (draw.chance(10)) high = most;
    if (draw.chance(10)) low = 0;
    if (low > high) std::swap(low, high);
    Edges::add(edges, low, most);
    if (draw.chance(40)) return std::to_string(low);
    Edges::add(edges, high, most);
    return fmt::format("{}:{}", low, high);
}

std::string ports(Draw& draw) { return range(draw, draw.edges.ports, 65535, 1000); }

std::string subset(Draw& draw, std::initializer_list<const char*> names) {
    std::string list;
    for (const char* name : names) {
        if (draw.random.below(static_cast<std::uint32_t>(names.size())) < 2)
            list += (list.empty() ? "" : ",") + std::string(name);
    }
    return list.empty() ? draw.word(names) : list;
}

std::string mark(Draw& draw, bool masked) {
    const auto small = [&] { return draw.chance(80) ? draw.number(0, 7) : draw.random.next32(); };
    return masked && draw.chance(50) ? fmt::format("{:#x}/{:#x}", small(), small())
                                     : fmt::format("{:#x}", small());
}

std::string tos(Draw& draw) {
    const std::uint32_t value = draw.random.below(256);
    draw.edges.tos.insert(draw.edges.tos.end(), {value, value ^ 1, value ^ 4, value ^ 0x80});
    return draw.chance(50) ? fmt::format("{:#x}", value)
                           : fmt::format("{:#x}/{:#x}", value, draw.among({0xffu, 0x3fu, 0xfcu, 0x03u}));
}

std::string dscp(Draw& draw) {
    const std::uint32_t value = draw.random.below(64);
    for (std::uint32_t other : {value, value ^ 1, value ^ 32}) draw.edges.tos.push_back(other << 2);
    return fmt::format("{:#x}", value);
}

std::string dscp_class(Draw& draw) {
    draw.edges.tos.insert(draw.edges.tos.end(), {0x28, 0xb8, 0x20, 0x00, 0x88});
    return draw.word({"AF11", "EF", "CS1", "BE", "AF41"});
}

std::string own_prefix(Draw& draw) {
    const unsigned most = address_bits(draw.family);
    return fmt::format("{}/{}", draw.of(hosts(draw.family)), draw.number(most - 9, most));
}

Make numbers(std::uint32_t low, std::uint32_t high) {
    return [=](Draw& d) { return std::to_string(d.number(low, high)); };
}

Make words(std::initializer_list<const char*> all) {
    return [all = std::vector<const char*>(all)](Draw& d) { return std::string(d.of(all)); };
}

}  // namespace gatehouse::generator
