// Helpers at work: the stage that leads the payload of connections that have one to it, and enters what it
// says to expect.
//
// Without translation a packet passes at once, whatever is in it: its expectations are made before it
// leaves. Where the connection is translated, the findings go to the Translator first. A packet whose
// expectations can't be made is dropped, with the reason, so that its sender tries again.
//
// Of a translated stream a segment waits that ends inside of what may yet become a mention, and one behind a
// hole (passing.cc, holding.h), for three seconds at most; and after 40 milliseconds it is acknowledged in
// its receiver's stead (custody.cc). What has been rewritten stays so, however it comes again.
//
// The engine's thread only.
#pragma once
#include <limits>
#include <vector>

#include "helper/helper.h"
#include "helper/holding.h"
#include "helper/listener.h"
#include "helper/settings.h"
#include "helper/stream.h"
#include "helper/translator.h"
#include "hook/context.h"
#include "track/tracking.h"

namespace gatehouse::helper {

class Helpers final : private track::HelperKeeper {
  public:
    Helpers(track::Tracking& tracking, const Settings& settings);

    // LOCAL_IN and POST_ROUTING, before the connection is confirmed.
    Verdict inspect(Context& context);
    void set_translator(Translator* translator) { translator_ = translator; }
    // Before anything can wait.
    void set_keeper(Keeper* keeper) { keeper_ = keeper; }

    void set_listener(Listener* listener) { listener_ = listener; }

    // The packet for which inspect() said `suspend` waits under this name; none: it found no room, and was
    // dropped. What next_move() gives is to be done after that, and after advance(), in order.
    void entered(Token token) { holding_.entered(token); }
    std::optional<Move> next_move() { return holding_.next_move(); }
    // At due(), or later; not while a packet is on its way.
    void advance(Services& services);
    Time due() const { return due_; }

    struct Statistics {
        std::uint64_t expected = 0;     // expectations made
        std::uint64_t refused = 0;      // that the table wouldn't take
        std::uint64_t third_party = 0;  // that led to another than who announced them: not made
        std::uint64_t privileged = 0;   // that led to a port below 1024: not made
        std::uint64_t passed_over = 0;  // commands longer than a helper waits for
        std::uint64_t given_up = 0;     // streams that aren't their helper's protocol
        std::uint64_t midway = 0;       // streams whose beginning wasn't seen: read from the next line on
        // Of translated streams, segments:
        std::uint64_t held = 0;          // that had to wait
        std::uint64_t released = 0;      // that waited and went
        std::uint64_t repeated = 0;      // that came while the same waited
        std::uint64_t resent = 0;        // that came again, and were rewritten as before
        std::uint64_t refused_room = 0;  // that found no room to wait
        std::uint64_t gave_up = 0;       // that waited too long, and were dropped
        std::uint64_t discarded = 0;     // that waited when their connection ended
        std::uint64_t partial = 0;       // commands whose rest didn't come
        // Custody:
        std::uint64_t promised = 0;    // acknowledgments in the receiver's stead
        std::uint64_t raised = 0;      // the receiver's own, raised to what was promised
        std::uint64_t sent_again = 0;  // segments sent again in the sender's stead
        std::uint64_t lost = 0;        // times that the receiver never acknowledged what was promised
    };
    const Statistics& statistics() const { return statistics_; }
    const Streams& streams() const { return streams_; }
    const Holding& holding() const { return holding_; }

  private:
    static constexpr Time never{std::numeric_limits<Nanoseconds>::max()};

    void leaving(const track::Entry& entry) override;
    const Helper* helper_of(const track::Entry& entry) const;
    Verdict inspect_payload(Context& context, const track::Seen& seen, const Helper& helper);
    Verdict inspect_alone(Context& context, const track::Seen& seen, const Helper& helper, Bytes payload,
                          std::uint32_t sequence);
    Verdict inspect_stream(Context& context, const track::Seen& seen, const Helper& helper, Bytes payload,
                           std::uint32_t sequence);
    struct Read {
        Inspection::Next next{};
        std::size_t judged = 0;
        std::uint8_t state = 0;
        std::uint32_t resume = 0;  // while `passing`
        Bytes too_long{};          // what would have to wait, and mustn't
        Finding why{};
    };
    Read read_stream(const Helper& helper, Subject& subject, const Streams::Ready& ready,
                     const Streams::One& one);
    Verdict judge(Context& context, const track::Seen& seen, const Helper& helper,
                  track::HelperStream::One& one, const Streams::Ready& ready, std::uint32_t segment_end);
    Verdict apply(Context& context, const track::Seen& seen, const Helper& helper);
    Verdict keep_rewrites(Context& context, const track::Seen& seen, track::HelperStream::One& one);

    // passing.cc
    Verdict pass(Context& context, const track::Seen& seen, const Helper& helper,
                 track::HelperStream::One& one);
    Verdict pass_rewritten(Context& context, const track::Seen& seen, track::HelperStream::One& one,
                           std::uint32_t clear);
    bool trim_acknowledged(Packet& packet, const track::Entry& entry, track::Direction direction) const;
    Verdict pass_reset(Context& context, const track::Seen& seen, const Helper& helper);
    Verdict keep(Context& context, const track::Seen& seen, track::HelperStream::One& one,
                 const HeldSegment& segment);
    Verdict in_turn(Context& context, Verdict verdict);
    void pass_unjudged(track::HelperStream::One& one, const Helper& helper);
    void release(const Services& services, track::HelperStream::One& one, std::uint32_t clear,
                 std::optional<std::uint32_t> at_hand);
    void set_promise(const Services& services, Held& held);
    void note_due(const Held& held);
    void discard(track::HelperStream::One& one, Reason why, std::uint64_t& count);
    void stop_holding(track::HelperStream::One& one);
    void give_up(const Services& services, Held& held);
    void log_partial(const Services& services, const track::Entry& entry, track::Direction direction,
                     std::string_view did, Bytes text);

    // custody.cc
    // What its receiver has acknowledged, as the sender counts.
    static std::uint32_t acknowledged(const track::Entry& entry, track::Direction sender) {
        return entry.state.tcp.side[track::index(track::opposite(sender))].max_ack;
    }
    void acknowledge(Services& services, const Packet& of, const Held& held);
    void promise(Services& services, Held& held);
    void send_again(const Services& services, Held& held);
    void note_acknowledged(Context& context, const track::Seen& seen, std::uint32_t acknowledgment);
    void raise(Packet& packet, const track::Seen& seen, std::uint32_t promised, std::uint32_t more);

    bool allowed(const Wanted& wanted, const track::Entry& master);
    bool stands(const track::Expectation& wanted, track::Zone zone) const;
    Verdict enter(Context& context, const track::Seen& seen, const Helper& helper);

    track::Tracking& tracking_;
    Settings settings_;
    std::vector<const Helper*> by_place_;  // among track::all_helper_names()
    Streams streams_;
    Holding holding_;
    Keeper* keeper_ = nullptr;
    Listener* listener_ = nullptr;
    Time due_ = never;  // when something that waits has waited enough
    Translator* translator_ = nullptr;
    Findings findings_;  // of the packet at hand
    Statistics statistics_;
};

}  // namespace gatehouse::helper
