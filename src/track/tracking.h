// Connection tracking of one engine: what happens to a packet at the hooks where connections are looked up
// and where they enter the table.
//
//     track()    PRE_ROUTING and LOCAL_OUT: the packet is told to its connection, or a tentative one is begun
//     confirm()  LOCAL_IN and POST_ROUTING, last: a tentative connection enters the table
//     settle()   when the packet at hand and all that it provoked have ended: tentative connections that
//                were never confirmed, and connections that a tracker gave up, go
//
// The engine's thread only.
#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/siphash.h"
#include "hook/context.h"
#include "track/ahead.h"
#include "track/event.h"
#include "track/expectation.h"
#include "track/expectation_event.h"
#include "track/proto/gre_keys.h"
#include "track/settings.h"
#include "track/study.h"
#include "track/table.h"
#include "track/template.h"
#include "track/tracker.h"

namespace gatehouse::track {

// What is known of a packet's connection.
struct Seen {
    Info info = Info::none;
    Direction direction{};
    ConnIndex connection = ConnIndex::none;  // none: untracked, invalid, or not looked at
    // Of a packet that CT alone has spoken of: what stands for its connection until it is looked up.
    Entry* entry = nullptr;

    bool is_connection() const { return connection != ConnIndex::none; }
};

// Is told when a connection goes that has a helper, tentative ones included, while its entry still stands.
class HelperKeeper {
  public:
    virtual ~HelperKeeper() = default;
    virtual void leaving(const Entry& entry) = 0;
};

class Tracking final : private Watcher {
  public:
    Tracking(const Settings& settings, std::uint64_t seed);

    // Ahead of a sub-batch of packets' lives, in two passes between which there is other work to do: hashes
    // their tuples and asks for the index's buckets; asks for the entries that these name. Neither decides
    // anything: track() goes by what is there when it is called, and looks whether a packet belongs to the
    // connection that it most likely does (Context::ahead).
    void look_ahead(std::span<Packet* const> packets, std::span<Ahead> ahead) const;
    void ask_for_entries(std::span<Packet* const> packets, std::span<Ahead> ahead) const;

    gatehouse::Verdict track(Context& context);
    // LOCAL_IN and POST_ROUTING, behind helpers: what makes a connection's sides differ, SYNPROXY and
    // sequence numbers that they know by other values.
    gatehouse::Verdict join_sides(Context& context);
    gatehouse::Verdict confirm(Context& context);
    void settle() {
        if (!loose_.empty() || !doomed_.empty() || !doomed_flows_.empty() || events_ != nullptr)
            settle_what_came();
    }

    // The connection of a packet; its entry stays where it is until settle().
    Seen seen(const Packet& packet);
    // What an answer to `because` belongs to: the same connection, as RELATED, the other way.
    static void attach(Packet& answer, const Packet& because);
    // Makes a packet of the router's own one of the connection's, as ESTABLISHED.
    static void join(Packet& packet, ConnIndex connection, Direction direction);
    // Leaves the packet out of tracking (NOTRACK), or tells what its connection is to be (CT).
    // Either has its way only with a packet that nobody has spoken of.
    static void leave_out(Packet& packet);
    // A timeout policy's number for `Template`; 0: there is none of this name.
    std::uint16_t policy(std::string_view name) const { return settings_.policy(name); }
    void apply(Packet& packet, const Template& wanted);
    // A connection that isn't in the table yet is to last as the policy "nat64" says, unless CT has named
    // another.
    void give_nat64_timeouts(Tentative tentative);
    // The zone that CT has given it, if the packet's mark is not to say which.
    Zone zone_given(const Packet& packet) const;

    // Whole seconds until it ends; of a tentative connection none.
    std::uint32_t seconds_left(const Entry& entry) const;
    void set_mark(const Seen& seen, std::uint32_t mark);
    // One of a connection's 128 labels. It can't be set when there is no room.
    bool has_label(const Entry& entry, unsigned label) const;
    bool set_label(const Seen& seen, unsigned label);
    // What a security module calls its packets; 0: nothing.
    std::uint32_t security_mark(const Entry& entry) const;
    void set_security_mark(ConnIndex connection, std::uint32_t mark);
    // The connection that it was expected by, if that is still there; else itself.
    const Entry& opener(const Entry& entry) const;
    // The name of its helper; empty without one.
    std::string_view helper_of(const Entry& entry) const;
    // The name of the helper of the connection that expected this one; empty if it wasn't expected, or not by
    // a helper.
    std::string_view expected_by(const Entry& entry) const;
    // It lives for `lifetime` from now on, whatever its protocol says (until the next packet).
    void set_lifetime(ConnIndex connection, Nanoseconds lifetime);

    // Reports what happens to connections, keeping at most so many events until they are taken.
    void watch(std::uint32_t room);
    // nullptr while nobody watches.
    Events* events() { return events_.get(); }
    // That found no room.
    std::uint64_t lost_events() const { return events_ == nullptr ? 0 : events_->lost(); }

    // Goes over to the study's mode (track/study.h), for what happens from now on.
    void study(StudyMode mode, std::uint32_t room);
    // nullptr in any other mode.
    Study* study() { return study_.get(); }
    ExpectationEvents* expectation_events() { return expectation_events_.get(); }

    // What SYNPROXY's cookies are made with.
    const SipKey& cookie_key() const { return cookie_key_; }

    // REJECT has reset the packet's connection: it is over, whatever its ends make of it.
    void set_closing(const Packet& packet);
    // The connection goes when the packet at hand has ended.
    void give_up(ConnIndex connection) { doomed_.push_back(held(index(connection))); }
    // The same for whatever connection has this tuple then; if there is none, for an expectation of it.
    void give_up(const Tuple& tuple, Zone zone) { doomed_flows_.push_back({tuple, zone}); }
    // Tells somebody else, too, what a Watcher is told.
    void also_tell(Watcher* companion) { companion_ = companion; }
    // Time passes with no packet.
    void advance(Time now);

    // A packet that waits keeps its tentative connection; one that goes on is looked at again if its
    // connection has ended meanwhile. hold() gives what go_on() wants.
    std::uint16_t hold(const Packet& packet);
    void go_on(Context& context, std::uint16_t held);

    // Why the packet at hand is INVALID, or was ignored.
    const Finding& why() const { return why_; }

    Table& table() { return table_; }
    const Table& table() const { return table_; }
    Expectations& expectations() { return expectations_; }
    const Expectations& expectations() const { return expectations_; }
    GreKeys& gre_keys() { return gre_keys_; }
    void set_helper_keeper(HelperKeeper* keeper) { helper_keeper_ = keeper; }
    const Settings& settings() const { return settings_; }

  private:
    // A place, and who had it: another may have got it before settle().
    struct Held {
        std::uint32_t place;
        std::uint16_t generation;
        friend bool operator==(const Held&, const Held&) = default;
    };
    Held held(std::uint32_t place) const { return {place, table_[static_cast<ConnIndex>(place)].generation}; }
    bool stands(const Held& held) const { return held == this->held(held.place); }

    void entered(ConnIndex connection, Entry& entry) override;
    void ended(ConnIndex connection, const Entry& entry, End why) override;
    ConnIndex first_to_go() override { return study_ ? study_->least_needed() : ConnIndex::none; }
    std::uint32_t wanted_events(const Entry& entry) const;
    void note(ConnIndex connection, std::uint32_t changes);
    void note_changes(ConnIndex connection, std::uint32_t before, bool state_changed);
    void settle_what_came();
    enum class Step : std::uint8_t { done, again };
    gatehouse::Verdict look_up(Context& context);
    void refuse(const Context& context, Finding why);
    // Says in the kernel's words why the packet is INVALID or was ignored, if that is wanted.
    void log(const Context& context, const Finding& why) const;
    bool take_icmp(const Context& context, const std::array<Zone, 2>& zones);
    void relate(const Context& context, const std::array<Zone, 2>& zones);
    Way find(const Tuple& tuple, const std::array<Zone, 2>& zones);
    Way found_ahead(const Context& context) const;
    bool go_on_as_likely(const Context& context);
    bool is_fit(const Context& context);
    gatehouse::Verdict open(Context& context, const Tuple& tuple, const Template& wanted);
    bool grant(Entry& entry, const Template& wanted);
    bool give_helper(Entry& entry, std::uint16_t helper);
    bool inherit(Entry& entry, const Tuple& first, const std::array<Zone, 2>& zones);
    void leave_helper(const Entry& entry);
    void discard(Tentative tentative);
    void begun(ConnIndex connection);
    // Of a packet, or a quote, whose header doesn't tell both ends.
    void complete(Tuple& tuple, const std::array<Zone, 2>& zones) const;
    void end_flow(const Tuple& tuple, Zone zone);
    Step go_on_with(const Context& context, Way way);
    const TimeoutPolicy& policy_of(const Entry& entry) const;
    gatehouse::Verdict join(Context& context, Tentative loser, const Confirmed& clash);
    bool answer_apart(Tentative loser, const Confirmed& clash);
    Question question(const Packet& packet, const Entry& entry, Direction direction, bool opens) const;

    Settings settings_;
    Table table_;
    Expectations expectations_;
    GreKeys gre_keys_;
    SipKey cookie_key_;
    std::unique_ptr<Events> events_;
    std::unique_ptr<Study> study_;
    Watcher* companion_ = nullptr;
    std::unique_ptr<ExpectationEvents> expectation_events_;
    HelperKeeper* helper_keeper_ = nullptr;
    std::vector<Template> templates_;
    std::vector<Entry> stand_ins_;  // one for each template
    Finding why_{};
    // Of the packet at hand and those that it provoked.
    std::vector<Held> loose_;   // tentative when it was begun
    std::vector<Held> doomed_;  // given up by its tracker
    struct Flow {
        Tuple tuple;
        Zone zone;
    };
    std::vector<Flow> doomed_flows_;
};

inline Seen Tracking::seen(const Packet& packet) {
    const auto info = static_cast<Info>(packet.connection.info);
    // To Linux's matches a template is a new connection, confirmed and without addresses.
    if (info == Info::templated) [[unlikely]]
        return {.info = Info::fresh, .entry = &stand_ins_[packet.connection.index]};
    if (info < Info::fresh) return {.info = info};
    const auto connection = static_cast<ConnIndex>(packet.connection.index);
    return {.info = info,
            .direction = static_cast<Direction>(packet.connection.direction),
            .connection = connection,
            .entry = &table_[connection]};
}

}  // namespace gatehouse::track
