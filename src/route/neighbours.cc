#include "route/neighbours.h"

#include <algorithm>

namespace gatehouse::route {

Neighbours::Neighbours(const Interfaces& interfaces) {
    for (const Interface& i : interfaces) {
        const bool ready = i.up && !i.loopback;
        const auto mtu = ready ? static_cast<std::uint16_t>(std::min(i.mtu, 0xffffu)) : std::uint16_t{0};
        links_.push_back({.mac = i.mac, .mtu = mtu});
    }
}

std::uint32_t Neighbours::hash(InterfaceId interface, Family family, const Address& address) {
    std::uint64_t h = index(interface) * 2u + is_v4(family);
    for (const std::uint32_t word : address.words) {
        h = (h ^ word) * 0x9e3779b97f4a7c15;
        h ^= h >> 29;
    }
    return static_cast<std::uint32_t>(h >> 32);
}

std::uint32_t Neighbours::locate(InterfaceId interface, Family family, const Address& address) const {
    if (index_.empty()) return none;
    const std::size_t mask = index_.size() - 1;
    for (std::size_t i = hash(interface, family, address) & mask;; i = (i + 1) & mask) {
        const std::uint32_t slot = index_[i];
        if (slot == none) return none;
        const Entry& entry = entries_[slot];
        if (entry.address == address && entry.interface == interface && entry.family == family) return slot;
    }
}

void Neighbours::grow() {
    index_.assign(index_.empty() ? 16 : index_.size() * 2, none);
    const std::size_t mask = index_.size() - 1;
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
        const Entry& entry = entries_[slot];
        std::size_t i = hash(entry.interface, entry.family, entry.address) & mask;
        while (index_[i] != none) i = (i + 1) & mask;
        index_[i] = slot;
    }
}

std::uint32_t Neighbours::slot(InterfaceId interface, Family family, const Address& address) {
    if (const std::uint32_t there = locate(interface, family, address); there != none) return there;
    const auto slot = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({.address = address, .interface = interface, .family = family});
    adjacencies_.emplace_back();
    if (entries_.size() * 2 > index_.size()) {
        grow();
    } else {
        const std::size_t mask = index_.size() - 1;
        std::size_t i = hash(interface, family, address) & mask;
        while (index_[i] != none) i = (i + 1) & mask;
        index_[i] = slot;
    }
    return slot;
}

void Neighbours::set(InterfaceId interface, Family family, const Address& address, const Mac& mac) {
    Adjacency& adjacency = adjacencies_[slot(interface, family, address)];
    known_ += !adjacency.known;
    const Link link = index(interface) < links_.size() ? links_[index(interface)] : Link{};
    adjacency = {.to = mac, .from = link.mac, .mtu = link.mtu, .known = true};
}

bool Neighbours::remove(InterfaceId interface, Family family, const Address& address) {
    const std::uint32_t there = locate(interface, family, address);
    if (there == none || !adjacencies_[there].known) return false;
    adjacencies_[there] = {};
    --known_;
    return true;
}

std::size_t Neighbours::bytes() const {
    return entries_.capacity() * sizeof(Entry) + adjacencies_.capacity() * sizeof(Adjacency) +
           index_.capacity() * sizeof(std::uint32_t);
}

}  // namespace gatehouse::route
