// Address translation of one engine: connections get a mapping before they enter the table, and their packets
// are rewritten by it where Linux does that.
//
//     bind()       the targets: what the packet's connection is to become; its reply tuple says it from then
//     on translate()  behind the nat chains of PRE_ROUTING and OUTPUT (destinations), INPUT and POST_ROUTING
//                  (sources): a connection that no rule bound gets what it has, changed only where another's
//                  replies look the same; then the packet is rewritten
//
// A packet of a connection that isn't translated costs translate() one test. The engine's thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "nat/embedding.h"
#include "nat/endpoints.h"
#include "nat/mapper.h"
#include "nat/mention.h"
#include "nat/pools.h"
#include "nat/port_blocks.h"
#include "nat/settings.h"
#include "nat/sources.h"
#include "track/tracking.h"

namespace gatehouse::nat {

struct Statistics {
    std::uint64_t bound = 0;         // connections that were given another source or destination
    std::uint64_t exhausted = 0;     // connections refused because their pool had no mapping left
    std::uint64_t untranslated = 0;  // INVALID packets of translated connections
    std::uint64_t stale = 0;         // connections ended because the rules, reapplied, say something else
};

class Nat final : private track::Watcher, private PortBlocks::Listener {
  public:
    // `services`: randomness, and the log that pools warn in.
    Nat(track::Tracking& tracking, const Settings& settings, const Services& services);

    // Whether the nat chains are to see the packet: its connection has no mapping yet.
    bool is_open(const Context& context) const;
    // Gives the packet's connection a mapping out of `range`, or drops the packet when there is none.
    Verdict bind(Context& context, Manip manip, const Range& range);
    // The same with the interface that it leaves by: packets that would leave by another one find their
    // connection gone.
    Verdict masquerade(Context& context, const Range& range);
    // Where the prefix stands for the destination's IPv4 address: the connection goes on to that, in IPv4,
    // from an endpoint out of `range`, which is its client's whoever that talks to (RFC 6146). What goes to
    // another client's endpoint goes to that client, in IPv6. Drops what can't be.
    Verdict bind_across(Context& context, const Embedding& prefix, const Range& range);

    // crossed: it is a packet of the other family from here on.
    Verdict translate(Context& context);
    // A packet of the router's own about a packet that was made one of the other family: true if it is for
    // whoever sent that, and was made one of his. A finding says why it can't be.
    bool answer_across(Packet& packet, Finding& why);
    // Of the packet that crossed last: it is IPv6's, and IPv4's routers might have cut it.
    bool may_be_cut() const { return may_be_cut_; }

    // The rules as they are now are to hold for the connections that are there, too. Looks at `budget` places
    // of the table; true: there is more to do. From then on the next packet of a connection's own direction
    // is shown to the nat chains again: if its mapping is one that they could have given it, it goes on; else
    // it ends, and the packet begins another (behind a changed source it is lost, the next one does).
    // Connections that were expected keep what they have from their masters.
    bool reapply(track::ScanCursor& cursor, unsigned budget);

    // Interfaces have changed: masqueraded connections whose interface or address is no more are ended. Looks
    // at connections that have these addresses, and no others.
    void forget_lost(const Interfaces& before, const Interfaces& now);

    helper::Translator& mentions() { return mentions_; }
    const Pools& pools() const { return pools_; }
    const Endpoints& endpoints() const { return endpoints_; }
    const Statistics& statistics() const { return statistics_; }
    const Settings& settings() const { return settings_; }

  private:
    void entered(track::ConnIndex connection, track::Entry& entry) override;
    void ended(track::ConnIndex connection, const track::Entry& entry, track::End why) override;
    Verdict translate_flow(Context& context, track::Entry& entry);
    Verdict pass_invalid(Context& context);
    Verdict bind_as_it_is(Context& context, const track::Entry& entry, Manip manip);
    bool follows_its_master(const track::Entry& entry) const;
    Verdict follow_master(Context& context, const track::Entry& entry);
    Verdict bind_what_is_left(Context& context, const track::Entry& entry, Manip manip);
    std::optional<Range> reach_endpoint(const Context& context, const track::Entry& entry, Manip manip) const;
    bool left_its_interface(Context& context, const track::Entry& entry);
    void warn(PoolIndex pool);
    void block(const PortBlocks::Block& block, bool given) override;
    Choice choose(const track::Entry& entry, const track::Tuple& current, Manip manip, const Range& range);
    Choice choose_in_blocks(const track::Entry& entry, const track::Tuple& current, const Range& range);
    // reapply.cc
    bool is_reopened(const Packet& packet, Manip manip) const;
    Verdict review(Context& context, track::Entry& entry, Manip manip, const Range& range);
    Verdict review_across(Context& context, track::Entry& entry, const Embedding& prefix, const Range& range);
    bool admits(const track::Entry& entry, Manip manip, const Range& range) const;
    Verdict replace_stale(Context& context, Manip manip);
    bool lost_its_rule(Context& context, track::Entry& entry);
    // nat64.cc
    std::uint8_t number_of(const Embedding& prefix);
    Verdict bind_hairpin(Context& context, const Embedding& prefix, const Endpoints::Mapping& theirs,
                         const Range& range);
    Verdict bind_inward(Context& context, const Endpoints::Mapping& mapping);
    Verdict enter_across(Context& context, const track::Tuple& reply);
    std::optional<Choice> choose_across(Context& context, const track::Tuple& as4, const Range& range,
                                        std::uint8_t prefix);
    const Endpoints::Mapping* mapping_across(const track::Entry& entry, Manip manip) const;
    Verdict pass_across(Context& context, track::Entry& entry);
    Finding cross_one(Packet& packet, const track::Entry& entry, InterfaceId in);
    Address error_source(const Packet& packet, const track::Entry& entry, track::Direction direction) const;
    void forget_address(InterfaceId interface, const Address& address, Family family);

    track::Tracking& tracking_;
    Settings settings_;
    const Services& services_;
    Sources sources_;
    Pools pools_;
    Endpoints endpoints_;
    PortBlocks blocks_;
    Mapper mapper_;
    MentionTranslator mentions_;
    std::vector<Embedding> prefixes_;  // that stand for IPv4 addresses, by Endpoints::Mapping's number
    bool may_be_cut_ = false;
    bool reapplied_ = false;  // some connections may have to be shown to the nat chains again
    Statistics statistics_;
};

}  // namespace gatehouse::nat
