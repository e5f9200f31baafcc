#include "frontend/replay/talkers.h"

#include <algorithm>
#include <tuple>

namespace gatehouse::frontend {

std::size_t Talkers::Hash::operator()(const Key& key) const {
    std::uint64_t h = static_cast<std::uint64_t>(key.family);
    for (const std::uint32_t word : key.address.words) {
        h = (h ^ word) * 0x9e3779b97f4a7c15;
        h ^= h >> 29;
    }
    return h;
}

void Talkers::count(const Flat& flat, std::uint32_t length) {
    const Key key{flat.family, flat.source};
    const auto found = places_.find(key);
    Talker& talker = talkers_[found != places_.end() ? found->second : place_for(key)];
    ++talker.packets;
    talker.bytes += length;
}

std::uint32_t Talkers::place_for(const Key& key) {
    if (talkers_.size() < kept_) {
        const auto place = static_cast<std::uint32_t>(talkers_.size());
        talkers_.push_back({.family = key.family, .address = key.address});
        places_.emplace(key, place);
        least_.push({0, place});
        return place;
    }
    // Counts only grow: whoever stands first with the count that it really has, has the least.
    Least least = least_.top();
    while (talkers_[least.place].packets != least.packets) {
        least_.pop();
        least_.push({talkers_[least.place].packets, least.place});
        least = least_.top();
    }
    Talker& talker = talkers_[least.place];
    auto node = places_.extract({talker.family, talker.address});
    node.key() = key;
    places_.insert(std::move(node));
    talker = {.family = key.family, .address = key.address, .packets = least.packets, .over = least.packets};
    return least.place;
}

std::vector<Talker> Talkers::most(std::size_t wanted) const {
    std::vector<Talker> all = talkers_;
    std::ranges::sort(all, [](const Talker& a, const Talker& b) {
        return std::tuple(b.packets, a.family, a.address) < std::tuple(a.packets, b.family, b.address);
    });
    all.resize(std::min(all.size(), wanted));
    return all;
}

}  // namespace gatehouse::frontend
