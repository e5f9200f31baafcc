#include "track/tracking.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/random.h"
#include "hook/interfaces.h"
#include "hook/log_line.h"
#include "packet/reason.h"
#include "track/helper_name.h"
#include "track/kernel_words.h"
#include "track/proto/icmp.h"
#include "track/proto/tcp_words.h"
#include "track/sequence_adjustment.h"
#include "track/synproxy/synproxy.h"
#include "track/trackers.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

// Connections whose time is over that are looked at with each packet: more than a packet can make.
constexpr unsigned expired_each = 4;
constexpr std::size_t most_templates = 65'536;
constexpr std::uint32_t most_gre_keys = 8192;

Info info_of(const Packet& packet) { return static_cast<Info>(packet.connection.info); }

void set(Packet& packet, Info info, std::uint32_t place = ConnRef::no_connection,
         Direction direction = Direction::original) {
    packet.connection = {.index = place,
                         .direction = static_cast<std::uint8_t>(direction),
                         .info = static_cast<std::uint8_t>(info)};
}

using protocol::is_icmp;

// Two packets that open the same connection at once may share it, where neither end would mind.
bool may_join(std::uint8_t number) {
    return number == protocol::udp || number == protocol::udplite || number == protocol::gre ||
           is_icmp(number);
}

}  // namespace

Tracking::Tracking(const Settings& settings, std::uint64_t seed)
    : settings_(settings),
      table_(settings.limits, seed),
      expectations_(table_, settings.most_expectations, seed),
      gre_keys_(most_gre_keys, seed) {
    Random random(seed);
    cookie_key_ = {random(), random()};
    if (settings_.policy(nat64_policy) == 0) settings_.policies.push_back(nat64_timeouts());
    constexpr std::size_t room = 64;
    loose_.reserve(room);
    doomed_.reserve(room);
    table_.set_watcher(this);
}

void Tracking::refuse(const Context& context, Finding why) {
    ++table_.statistics().invalid;
    why_ = why;
    set(context.packet, Info::invalid);
    log(context, why);
}

void Tracking::log(const Context& context, const Finding& why) const {
    if (context.services.log == nullptr) [[likely]]
        return;
    const std::uint8_t protocol = context.packet.flat.protocol;
    const bool wanted = settings_.log_invalid == protocol || settings_.log_invalid == Settings::log_all;
    if (!wanted && !(settings_.debug && tcp::is_out_of_window(why))) return;
    constexpr int notice = 5;
    context.services.log->log(
        context.services.now, notice,
        log_line(context, fmt::format("nf_ct_proto_{}: {} ", protocol, kernel_words(protocol, why)),
                 {.tcp_sequence = true, .tcp_options = true, .ip_options = true}));
}

Question Tracking::question(const Packet& packet, const Entry& entry, Direction direction, bool opens) const {
    return {.packet = packet,
            .direction = direction,
            .opens = opens,
            .status = entry.status,
            .now = table_.now(),
            .remaining = opens ? 0 : (entry.expiry - table_.now()) * millisecond,
            .timeouts = policy_of(entry)};
}

const TimeoutPolicy& Tracking::policy_of(const Entry& entry) const {
    if (entry.side == SideIndex::none) [[likely]]
        return settings_.timeouts;
    const Wishes* const wishes = table_.side().find<Wishes>(entry);
    const std::size_t place = wishes == nullptr ? 0 : wishes->timeout_policy;
    // A connection may come from an engine that had more policies.
    return place == 0 || place > settings_.policies.size() ? settings_.timeouts
                                                           : settings_.policies[place - 1];
}

// The packet is its connection's: the protocol's tracker says what it makes of it.
Tracking::Step Tracking::go_on_with(const Context& context, Way way) {
    Packet& packet = context.packet;
    Entry& entry = table_[way.connection];
    const std::uint32_t before = entry.status;
    const Judgement judgement =
        judge(entry, question(packet, entry, way.direction, false), settings_, table_.side());
    why_ = judgement.finding;
    if (judgement.verdict == Verdict::reopen) {
        table_.end(way.connection, End::killed);
        return Step::again;
    }
    if (judgement.refresh && !entry.has(status::fixed_timeout))
        table_.refresh(way.connection, judgement.lifetime);
    if (judgement.kill) doomed_.push_back(held(index(way.connection)));
    if (judgement.verdict == Verdict::invalid) {
        refuse(context, why_);
        packet.connection.index = index(way.connection);  // translation asks whom it doesn't belong to
        return Step::done;
    }
    if (why_) [[unlikely]]
        log(context, why_);
    ++table_.statistics().found;
    if (judgement.refresh || judgement.kill) entry.count(way.direction, packet.flat.l3_length);
    entry.status |= judgement.set_status;
    if (way.direction == Direction::reply) entry.status |= status::seen_reply;
    if ((entry.status & ~before & (status::seen_reply | status::assured)) != 0) table_.spare(way.connection);
    if (events_ != nullptr) note_changes(way.connection, before, judgement.state_changed);
    if (study_ != nullptr) [[unlikely]]
        study_->judged(table_, way, packet, Judgement(judgement));
    Info info = Info::established;
    if (way.direction == Direction::reply) {
    } else if ((before & status::seen_reply) == 0) {
        info = (before & status::expected) != 0 ? Info::related : Info::fresh;
    }
    set(packet, info, index(way.connection), way.direction);
    return Step::done;
}

// Refuses a packet that isn't.
inline bool Tracking::is_fit(const Context& context) {
    const bool verify = settings_.verify_checksums && context.hook == Hook::prerouting;
    const Finding bad = unfit(context.packet, verify);
    if (bad) [[unlikely]]
        refuse(context, bad);
    return !bad;
}

// The connection that was named ahead, if the packet belongs to it: what find() would say. Of one whose own
// packets are another's, and of one to itself, that is for find() to tell.
inline Way Tracking::found_ahead(const Context& context) const {
    const Way way = context.ahead == nullptr ? Way{} : context.ahead->likely;
    if (!way) return {};
    const Flat& flat = context.packet.flat;
    const bool ports = flat.protocol == protocol::tcp || flat.protocol == protocol::udp;
    if (!ports || flat.transport != Transport::whole) return {};
    const Entry& entry = table_[way.connection];
    if (!entry.confirmed() || entry.has(status::fixed_timeout) || !entry.matches(way.direction, flat) ||
        table_.is_over(entry) || flat.source == flat.destination)
        return {};
    return way;
}

// What most packets need: their connection was found ahead of their lives. False leaves the packet as it was.
inline bool Tracking::go_on_as_likely(const Context& context) {
    const Way way = found_ahead(context);
    if (!way) return false;
    return !is_fit(context) || go_on_with(context, way) == Step::done;
}

gatehouse::Verdict Tracking::track(Context& context) {
    why_ = {};
    table_.set_now(context.services.now);
    table_.expire(expired_each);
    expectations_.expire();
    const bool as_likely = info_of(context.packet) == Info::none && go_on_as_likely(context);
    const auto verdict = as_likely ? gatehouse::Verdict::proceed : look_up(context);
    if (context.traced()) [[unlikely]]
        context.trace({.kind = TraceKind::tracked, .text = name(info_of(context.packet)), .finding = why_});
    return verdict;
}

gatehouse::Verdict Tracking::look_up(Context& context) {
    Packet& packet = context.packet;
    const Info before = info_of(packet);
    // Seen already (over the loopback), exempt, or an answer that belongs to what it answers.
    if (before != Info::none && before != Info::templated) return gatehouse::Verdict::proceed;
    const Template wanted = before == Info::templated ? templates_[packet.connection.index] : Template{};
    const auto zones = wanted.zones(packet.mark);
    packet.connection = {};
    TupleOf of = tuple_of(packet);
    complete(of.tuple, zones);
    if (of.finding) {
        refuse(context, of.finding);
    } else if (is_fit(context) && (!is_icmp(packet.flat.protocol) || !take_icmp(context, zones))) {
        for (;;) {
            const Way way = find(of.tuple, zones);
            if (!way) return open(context, of.tuple, wanted);
            if (go_on_with(context, way) == Step::done) break;
        }
    }
    return gatehouse::Verdict::proceed;
}

// Of ICMP, what isn't a connection of its own. True when the packet is dealt with.
bool Tracking::take_icmp(const Context& context, const std::array<Zone, 2>& zones) {
    Packet& packet = context.packet;
    const std::uint8_t type = packet.transport()[0];
    const bool v4 = packet.flat.protocol == protocol::icmp;
    // Either protocol in the other family's packets means nothing special.
    if (v4 != is_v4(packet.flat.family)) return false;
    if (!v4 && icmp::is_never_tracked(type)) {
        set(packet, Info::untracked);
        return true;
    }
    if (v4 ? !wire::icmp::is_error(type) : !wire::icmpv6::is_error(type)) return false;
    relate(context, zones);
    return true;
}

// An ICMP error belongs to the connection of the packet that it quotes, going the other way.
void Tracking::relate(const Context& context, const std::array<Zone, 2>& zones) {
    Packet& packet = context.packet;
    constexpr std::size_t icmp_header = 8;
    const Bytes message = packet.transport();
    const std::uint32_t type = message[0];
    auto quoted = quoted_tuple(message.subspan(icmp_header), packet.flat.family);
    if (quoted) complete(*quoted, zones);
    const auto answered = quoted ? inverse(*quoted) : std::nullopt;
    if (!answered) return refuse(context, {.reason = Reason::track_icmp_no_quote, .numbers = {type}});
    const Way way = find(*answered, zones);
    if (!way) return refuse(context, {.reason = Reason::track_icmp_no_match, .numbers = {type}});
    const Entry& entry = table_[way.connection];
    if (entry.tuple(way.direction).destination != packet.flat.destination)
        return refuse(context, {.reason = Reason::track_icmp_stray, .numbers = {type}});
    set(packet, Info::related, index(way.connection), way.direction);
}

namespace {

// Of a connection from somewhere to the very same place Linux finds the reply's tuple first.
bool to_itself(const Tuple& tuple) {
    if (tuple.source != tuple.destination) return false;
    const auto back = inverse(tuple);
    return back && *back == tuple;
}
Way reply_of(Way way) {
    if (way) way.direction = Direction::reply;
    return way;
}

}  // namespace

Way Tracking::find(const Tuple& tuple, const std::array<Zone, 2>& zones) {
    const Way way = table_.find_in(zones, tuple);
    return zones[0] == zones[1] && to_itself(tuple) ? reply_of(way) : way;
}

gatehouse::Verdict Tracking::open(Context& context, const Tuple& tuple, const Template& wanted) {
    Packet& packet = context.packet;
    const auto back = inverse(tuple);
    if (!back) {
        refuse(context, {.reason = Reason::track_icmp_unasked, .numbers = {packet.transport()[0]}});
        return gatehouse::Verdict::proceed;
    }
    Finding full;
    const Tentative tentative = table_.begin(tuple, *back, wanted.zones(packet.mark), full);
    if (tentative == Tentative::none) {
        context.finding = full;
        return gatehouse::Verdict::drop;
    }
    Entry& entry = table_[tentative];
    if (!grant(entry, wanted)) {
        table_.discard(tentative);
        context.finding = {.reason = Reason::table_full, .numbers = {table_.limits().entries}};
        return gatehouse::Verdict::drop;
    }
    const Judgement judgement =
        judge(entry, question(packet, entry, Direction::original, true), settings_, table_.side());
    if (judgement.verdict == Verdict::invalid) {
        table_.discard(tentative);
        refuse(context, judgement.finding);
        return gatehouse::Verdict::proceed;
    }
    table_.refresh(tentative, judgement.lifetime);
    entry.status |= judgement.set_status;
    entry.count(Direction::original, packet.flat.l3_length);
    const bool expected = expectations_.any() && inherit(entry, tuple, wanted.zones(packet.mark));
    if (!expected && wanted.helper != 0 && give_helper(entry, wanted.helper)) entry.status |= status::helper;
    loose_.push_back(held(index(tentative)));
    set(packet, expected ? Info::related : Info::fresh, index(tentative));
    return gatehouse::Verdict::proceed;
}

gatehouse::Verdict Tracking::confirm(Context& context) {
    Packet& packet = context.packet;
    const Info info = info_of(packet);
    if (info < Info::fresh || info == Info::templated) return gatehouse::Verdict::proceed;
    const auto direction = static_cast<Direction>(packet.connection.direction);
    if (direction == Direction::reply) return gatehouse::Verdict::proceed;
    const auto tentative = static_cast<Tentative>(packet.connection.index);
    if (table_[tentative].confirmed()) return gatehouse::Verdict::proceed;
    const Confirmed confirmed = table_.confirm(tentative);
    switch (confirmed.outcome) {
        case Confirmed::Outcome::inserted: begun(confirmed.connection); return gatehouse::Verdict::proceed;
        case Confirmed::Outcome::clash: return join(context, tentative, confirmed);
        case Confirmed::Outcome::full: break;
    }
    ++table_.statistics().insert_failed;
    context.finding = {.reason = Reason::insert_failed};
    return gatehouse::Verdict::drop;
}

gatehouse::Verdict Tracking::join_sides(Context& context) {
    const Info info = info_of(context.packet);
    if (info < Info::fresh || info == Info::templated ||
        table_[static_cast<ConnIndex>(context.packet.connection.index)].side == SideIndex::none) [[likely]]
        return gatehouse::Verdict::proceed;
    const Seen at = seen(context.packet);
    const auto verdict = synproxy::pass(*this, context);
    if (verdict != gatehouse::Verdict::proceed || !at.entry->has(status::sequence_adjusted)) return verdict;
    // Linux leaves answers that are but RELATED as they are.
    if (at.info == Info::related && at.direction == Direction::reply) return verdict;
    // Over the loopback a packet passes twice, and was adjusted on its way out.
    if (context.hook == Hook::input && (*context.services.interfaces)[context.in].loopback) return verdict;
    if (const SequenceAdjustment* const all = table_.side().find<SequenceAdjustment>(*at.entry))
        adjust_sequence(context.packet, *all, table_.side().find<SequenceHistory>(*at.entry), at.direction);
    return verdict;
}

// Somebody has entered one of its tuples since it was begun: another packet of the same flow.
gatehouse::Verdict Tracking::join(Context& context, Tentative loser, const Confirmed& clash) {
    const Entry& standing = table_[clash.standing.connection];
    const Entry& mine = table_[loser];
    const bool same = standing.tuple(Direction::original) == mine.tuple(Direction::original) &&
                      standing.tuple(Direction::reply) == mine.tuple(Direction::reply);
    if (same && may_join(mine.protocol)) {
        ++table_.statistics().clash_resolve;
        const Info unanswered = standing.has(status::expected) ? Info::related : Info::fresh;
        set(context.packet, standing.has(status::seen_reply) ? Info::established : unanswered,
            index(clash.standing.connection));
        return gatehouse::Verdict::proceed;
    }
    if (may_join(mine.protocol) && answer_apart(loser, clash)) return gatehouse::Verdict::proceed;
    ++table_.statistics().insert_failed;
    context.finding = {.reason = Reason::insert_failed};
    return gatehouse::Verdict::drop;
}

// The same flow with another mapping (two questions at once that DNAT gave to different servers): it stays
// for a moment, for its answer's sake, as in Linux (nf_ct_resolve_clash_harder).
bool Tracking::answer_apart(Tentative loser, const Confirmed& clash) {
    constexpr Nanoseconds moment = second;
    const bool same_flow =
        clash.clashing == Direction::original && clash.standing.direction == Direction::original;
    if (!same_flow) return false;
    table_.refresh(loser, moment);
    if (table_.confirm_replies(loser).outcome != Confirmed::Outcome::inserted) return false;
    table_[loser].status |= status::fixed_timeout;
    ++table_.statistics().clash_resolve;
    return true;
}

void Tracking::settle_what_came() {
    for (const Held& held : loose_) {
        const auto tentative = static_cast<Tentative>(held.place);
        if (stands(held) && !table_[tentative].confirmed()) discard(tentative);
    }
    loose_.clear();
    for (const Held& held : doomed_) {
        const auto connection = static_cast<ConnIndex>(held.place);
        if (stands(held) && table_[connection].confirmed()) table_.end(connection, End::killed);
    }
    doomed_.clear();
    // What ends may take others with it.
    for (std::size_t i = 0; i < doomed_flows_.size(); ++i)
        end_flow(doomed_flows_[i].tuple, doomed_flows_[i].zone);
    doomed_flows_.clear();
    if (events_ != nullptr) events_->settle(table_);
}

void Tracking::attach(Packet& answer, const Packet& because) {
    const Info info = info_of(because);
    if (info < Info::fresh || info == Info::templated) return;
    set(answer, Info::related, because.connection.index,
        opposite(static_cast<Direction>(because.connection.direction)));
}

void Tracking::join(Packet& packet, ConnIndex connection, Direction direction) {
    set(packet, Info::established, index(connection), direction);
}

void Tracking::leave_out(Packet& packet) {
    if (info_of(packet) == Info::none) set(packet, Info::untracked);
}

void Tracking::apply(Packet& packet, const Template& wanted) {
    if (info_of(packet) != Info::none) return;
    auto found = std::ranges::find(templates_, wanted);
    if (found == templates_.end()) {
        if (templates_.size() == most_templates) return;
        found = templates_.insert(found, wanted);
        stand_ins_.emplace_back().status = status::confirmed;
    }
    set(packet, Info::templated, static_cast<std::uint32_t>(found - templates_.begin()));
}

void Tracking::give_nat64_timeouts(Tentative tentative) {
    Entry& entry = table_[tentative];
    Wishes* const wishes = table_.side().add<Wishes>(entry);
    if (wishes == nullptr) return;
    if (wishes->timeout_policy == 0) wishes->timeout_policy = settings_.policy(nat64_policy);
    table_.refresh(tentative, policy_of(entry)[timeout_now(entry)]);
}

Zone Tracking::zone_given(const Packet& packet) const {
    if (info_of(packet) != Info::templated) return {};
    const Template& given = templates_[packet.connection.index];
    return given.zone_for[0] ? given.zone : Zone{};
}

std::uint32_t Tracking::seconds_left(const Entry& entry) const {
    if (!entry.confirmed()) return 0;
    constexpr std::int32_t ticks_a_second = 1000;
    return static_cast<std::uint32_t>(std::max(0, entry.expiry - table_.now()) / ticks_a_second);
}

void Tracking::set_mark(const Seen& seen, std::uint32_t mark) {
    seen.entry->mark = mark;
    if (seen.is_connection()) note(seen.connection, change::mark);
}

bool Tracking::has_label(const Entry& entry, unsigned label) const {
    const Labels* const labels = table_.side().find<Labels>(entry);
    return labels != nullptr && (labels->words[label / 32] >> (label % 32) & 1) != 0;
}

bool Tracking::set_label(const Seen& seen, unsigned label) {
    if (!seen.is_connection()) return false;
    Labels* const labels = table_.side().add<Labels>(*seen.entry);
    if (labels == nullptr) return false;
    labels->words[label / 32] |= 1u << (label % 32);
    note(seen.connection, change::label);
    return true;
}

std::uint32_t Tracking::security_mark(const Entry& entry) const {
    const SecurityMark* const mark = table_.side().find<SecurityMark>(entry);
    return mark == nullptr ? 0 : mark->value;
}

void Tracking::set_security_mark(ConnIndex connection, std::uint32_t mark) {
    SecurityMark* const to = table_.side().add<SecurityMark>(table_[connection]);
    if (to == nullptr) return;
    to->value = mark;
    note(connection, change::security_mark);
}

const Entry& Tracking::opener(const Entry& entry) const {
    const Master* const master = table_.side().find<Master>(entry);
    if (master == nullptr || table_[master->connection].generation != master->generation) return entry;
    return table_[master->connection];
}

std::string_view Tracking::helper_of(const Entry& entry) const {
    const HelperState* const helper = table_.side().find<HelperState>(entry);
    return helper == nullptr ? std::string_view{} : all_helper_names()[helper->helper].name;
}

void Tracking::watch(std::uint32_t room) {
    events_ = std::make_unique<Events>(room);
    expectation_events_ = std::make_unique<ExpectationEvents>(table_, room);
    expectations_.set_watcher(expectation_events_.get());
}

void Tracking::study(StudyMode mode, std::uint32_t room) { study_ = std::make_unique<Study>(mode, room); }

// Which changes of it are reported: those that CT asked for, or all, unless nf_conntrack_events is 0.
std::uint32_t Tracking::wanted_events(const Entry& entry) const {
    const Wishes* const wishes = table_.side().find<Wishes>(entry);
    if (wishes != nullptr && wishes->events_set()) return wishes->events;
    return settings_.events ? ~0u : 0u;
}

void Tracking::note(ConnIndex connection, std::uint32_t changes) {
    if (events_ == nullptr || changes == 0 || !table_[connection].confirmed()) return;
    changes &= wanted_events(table_[connection]);
    if (changes != 0) events_->note(table_, connection, changes);
}

void Tracking::note_changes(ConnIndex connection, std::uint32_t before, bool state_changed) {
    const std::uint32_t gained = table_[connection].status & ~before;
    note(connection, ((gained & status::seen_reply) != 0 ? change::reply : 0) |
                         ((gained & status::assured) != 0 ? change::assured : 0) |
                         (state_changed ? change::protocol : 0));
}

// It is in the table.
void Tracking::begun(ConnIndex connection) {
    Entry& entry = table_[connection];
    if (settings_.timestamps) {
        if (Timestamps* const stamps = table_.side().add<Timestamps>(entry))
            stamps->start = table_.time().since_epoch;
    }
    note(connection, entry.has(status::expected) ? change::related : change::opened);
    if (study_ != nullptr) [[unlikely]]
        study_->begun(table_, connection);
}

void Tracking::entered(ConnIndex connection, Entry& entry) {
    if (companion_ != nullptr) companion_->entered(connection, entry);
}

void Tracking::ended(ConnIndex connection, const Entry& entry, End why) {
    if (companion_ != nullptr) companion_->ended(connection, entry, why);
    if (study_ != nullptr) [[unlikely]]
        study_->ended(table_, connection, why);
    leave_helper(entry);
    if (events_ == nullptr || (wanted_events(entry) & change::ended) == 0) return;
    events_->ended(table_, connection, why);
}

// What CT wants of it beside the zone; without room for that the connection has to do without (side pools
// count it). False: without room it can't be.
bool Tracking::grant(Entry& entry, const Template& wanted) {
    if (wanted.limits_events || wanted.timeout_policy != 0) {
        if (Wishes* const wishes = table_.side().add<Wishes>(entry)) {
            wishes->events = wanted.events;
            wishes->expectation_events = wanted.expectation_events;
            wishes->timeout_policy = wanted.timeout_policy;
            wishes->set = wanted.limits_events ? Wishes::has_events : 0;
        }
    }
    return !wanted.synproxy || (table_.side().add<SynproxyState>(entry) != nullptr &&
                                table_.side().add<SequenceAdjustment>(entry) != nullptr);
}

void Tracking::set_closing(const Packet& packet) {
    const Seen at = seen(packet);
    if (at.entry == nullptr || at.entry->protocol != protocol::tcp || !at.entry->confirmed()) return;
    TcpPhase& phase = at.entry->state.tcp.phase;
    if (phase != TcpPhase::close && !at.entry->has(status::fixed_timeout))
        table_.refresh(at.connection, settings_.timeouts[Timeout::tcp_close]);
    phase = TcpPhase::close;
}

void Tracking::advance(Time now) {
    constexpr unsigned expired_at_once = 4096;
    table_.set_now(now);
    table_.expire(expired_at_once);
    expectations_.expire();
    settle();
}

std::uint16_t Tracking::hold(const Packet& packet) {
    const Seen at = seen(packet);
    if (!at.is_connection()) return 0;
    std::erase(loose_, held(index(at.connection)));
    return at.entry->generation;
}

void Tracking::go_on(Context& context, std::uint16_t held) {
    const Seen at = seen(context.packet);
    if (!at.is_connection()) return;
    if (at.entry->generation != held) {
        context.packet.connection = {};
        track(context);
    } else if (!at.entry->confirmed()) {
        loose_.push_back(this->held(index(at.connection)));
    }
}

}  // namespace gatehouse::track
