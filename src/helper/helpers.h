// Helpers at work: the stage that leads the payload of connections that have one to it, and enters what it
// says to expect.
//
// Without translation a packet passes at once, whatever is in it: its expectations are made before it
// leaves. Where the connection is translated, the findings go to the Translator first. A packet whose
// expectations can't be made is dropped, with the reason, so that its sender tries again.
//
// The engine's thread only.
#pragma once
#include <vector>

#include "helper/helper.h"
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

    struct Statistics {
        std::uint64_t expected = 0;     // expectations made
        std::uint64_t refused = 0;      // that the table wouldn't take
        std::uint64_t third_party = 0;  // that led to another than who announced them: not made
        std::uint64_t privileged = 0;   // that led to a port below 1024: not made
        std::uint64_t passed_over = 0;  // commands longer than a helper waits for
        std::uint64_t given_up = 0;     // streams that aren't their helper's protocol
    };
    const Statistics& statistics() const { return statistics_; }
    const Streams& streams() const { return streams_; }

  private:
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
        Finding why{};
    };
    Read read_stream(const Helper& helper, Subject& subject, const Streams::Ready& ready,
                     const Streams::One& one);
    Verdict apply(Context& context, const track::Seen& seen, const Helper& helper);
    bool allowed(const Wanted& wanted, const track::Entry& master);
    bool stands(const track::Expectation& wanted, track::Zone zone) const;
    Verdict enter(Context& context, const track::Seen& seen, const Helper& helper);

    track::Tracking& tracking_;
    Settings settings_;
    std::vector<const Helper*> by_place_;  // among track::all_helper_names()
    Streams streams_;
    Translator* translator_ = nullptr;
    Findings findings_;  // of the packet at hand
    Statistics statistics_;
};

}  // namespace gatehouse::helper
