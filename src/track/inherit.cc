// Tracking's dealings with expected connections, and with those that have helpers.
#include "track/helper_name.h"
#include "track/tracking.h"
#include "wire/protocol.h"

namespace gatehouse::track {

// If the connection was expected, it takes over from its master, and from its expectation, what is theirs to
// give.
bool Tracking::inherit(Entry& entry, const Tuple& first, const std::array<Zone, 2>& zones) {
    const auto expected = expectations_.claim(first, zones[0] != Zone{} ? zones[0] : zones[1]);
    if (!expected) return false;
    const Entry& master = table_[expected->master];
    entry.status |= status::expected;
    entry.mark = master.mark;
    if (const SecurityMark* const mark = table_.side().find<SecurityMark>(master)) {
        if (SecurityMark* const mine = table_.side().add<SecurityMark>(entry)) *mine = *mark;
    }
    if (Master* const of = table_.side().add<Master>(entry)) {
        const HelperState* const helper = table_.side().find<HelperState>(master);
        *of = {.connection = expected->master,
               .generation = master.generation,
               .helper = static_cast<std::uint16_t>(helper == nullptr ? 0 : helper->helper + 1),
               .redirection = expected->redirection};
    }
    if (expected->helper != 0) give_helper(entry, expected->helper);
    return true;
}

// `helper`: its place among all_helper_names(), plus one.
bool Tracking::give_helper(Entry& entry, std::uint16_t helper) {
    HelperState* const state = table_.side().add<HelperState>(entry);
    if (state != nullptr) state->helper = static_cast<std::uint16_t>(helper - 1);
    return state != nullptr;
}

void Tracking::leave_helper(const Entry& entry) {
    if (entry.side == SideIndex::none || table_.side().find<HelperState>(entry) == nullptr) return;
    expectations_.forget_all(entry);
    if (helper_keeper_ != nullptr) helper_keeper_->leaving(entry);
}

void Tracking::discard(Tentative tentative) {
    leave_helper(table_[tentative]);
    table_.discard(tentative);
}

std::string_view Tracking::expected_by(const Entry& entry) const {
    const Master* const master = table_.side().find<Master>(entry);
    if (master == nullptr || master->helper == 0) return {};
    return all_helper_names()[master->helper - 1].name;
}

void Tracking::complete(Tuple& tuple, const std::array<Zone, 2>& zones) const {
    if (tuple.protocol != wire::protocol::gre) [[likely]]
        return;
    tuple.ends.source = gre_keys_.source_of(tuple, zones[0] != Zone{} ? zones[0] : zones[1]);
}

void Tracking::end_flow(const Tuple& tuple, Zone zone) {
    if (const Way way = table_.find(tuple, zone)) {
        table_.end(way.connection, End::killed);
    } else if (const auto expected = expectations_.find(tuple, zone); expected != ExpectationIndex::none) {
        expectations_.forget(expected);
    }
}

void Tracking::set_lifetime(ConnIndex connection, Nanoseconds lifetime) {
    const Entry& entry = table_[connection];
    if (entry.has(status::fixed_timeout)) return;
    if (entry.confirmed()) {
        table_.refresh(connection, lifetime);
    } else {
        table_.refresh(static_cast<Tentative>(index(connection)), lifetime);
    }
}

}  // namespace gatehouse::track
