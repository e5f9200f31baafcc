#include "nat/sources.h"

#include <bit>

namespace gatehouse::nat {

Sources::Sources(track::Table& table)
    : table_(table),
      memory_(std::bit_ceil(std::size_t{table.limits().entries}) * sizeof(std::uint32_t)),
      mask_(std::bit_ceil(table.limits().entries) - 1) {}

std::uint32_t& Sources::head(const track::Tuple& tuple, track::Zone zone) const {
    const track::Tuple source{.source = tuple.source,
                              .ends = {.source = tuple.ends.source},
                              .family = tuple.family,
                              .protocol = tuple.protocol};
    const auto at = static_cast<std::uint32_t>(table_.hash(source, zone)) & mask_;
    return reinterpret_cast<std::uint32_t*>(memory_.data())[at];
}

std::uint32_t& Sources::head_of(const track::Entry& entry) const {
    return head(entry.tuple(track::Direction::original), entry.zone[0]);
}

void Sources::add(track::ConnIndex connection) {
    track::Entry& entry = table_[connection];
    track::Mapping* const mine = table_.side().add<track::Mapping>(entry);
    if (mine == nullptr) return;
    std::uint32_t& first = head_of(entry);
    mine->next = first;
    mine->previous = 0;
    const std::uint32_t link = index(connection) + 1;
    if (first != 0) table_.side().find<track::Mapping>(this->entry(first))->previous = link;
    first = link;
}

void Sources::remove(track::ConnIndex connection) {
    const track::Entry& entry = table_[connection];
    const track::Mapping* const mine = table_.side().find<track::Mapping>(entry);
    if (mine == nullptr) return;
    auto& side = table_.side();
    if (mine->next != 0) side.find<track::Mapping>(this->entry(mine->next))->previous = mine->previous;
    if (mine->previous != 0) {
        side.find<track::Mapping>(this->entry(mine->previous))->next = mine->next;
    } else {
        head_of(entry) = mine->next;
    }
}

}  // namespace gatehouse::nat
