// What the helper of a connection found in one packet's payload: connections to expect, and mentions.
#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <span>

#include "base/time.h"
#include "helper/mention.h"
#include "helper/rewrite.h"
#include "track/expectation.h"

namespace gatehouse::helper {

// A port that was announced, and under which number the other side knows it: a helper's memory of it.
struct GivenPort {
    std::uint16_t announced, given;
};

// A connection to expect, as the helper read it: before translation.
struct Wanted {
    static constexpr std::uint8_t alone = 0xff;
    // When it is to be redirected to who announced it.
    enum class Moves : std::uint8_t {
        own,      // where the connection is translated, if the announcer means itself
        renamed,  // of these, only where the other side knows the announcer by another address
        anyone,   // there, to whomever is announced
        never,
    };

    track::Expectation expectation{};
    // What is mentioned: the endpoint that the sender believes to be its own.
    Endpoint announced{};
    track::Direction direction{};  // of the packet that announces it
    // Its port follows that of another expectation, by one (RTCP after RTP).
    std::uint8_t follows = alone;
    std::optional<std::uint16_t> seconds{};  // instead of its policy's
    // Where addresses are translated: the port of whoever comes, or the key of GRE, as the announcer's side
    // knows it; 0: whichever nat chooses.
    std::uint16_t source_port = 0;
    // The same standing already, of another class or another connection, does as well.
    bool shared = false;
    // The helper's own settings allow that it leads to another than who announces it.
    bool third_party = false;
    // Where it can't be made the packet passes all the same.
    bool optional = false;
    Moves moves = Moves::own;
    // In the helper's memory: filled in when it is made. The same port is given again if it is free.
    GivenPort* given = nullptr;
    // Set by the driver: false, and it isn't made, nor its mentions rewritten (a third party's, a privileged
    // port).
    bool allowed = true;
};

// A list of bounded length; what finds no room is counted.
template <class T, std::size_t Most>
class Bounded {
  public:
    bool add(const T& item) {
        if (count_ == Most) {
            lost_ = true;
            return false;
        }
        items_[count_++] = item;
        return true;
    }
    void clear() {
        count_ = 0;
        lost_ = false;
    }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    bool lost() const { return lost_; }
    T& operator[](std::size_t i) { return items_[i]; }
    const T& operator[](std::size_t i) const { return items_[i]; }
    T* begin() { return items_.data(); }
    T* end() { return items_.data() + count_; }
    const T* begin() const { return items_.data(); }
    const T* end() const { return items_.data() + count_; }

  private:
    std::array<T, Most> items_;
    std::size_t count_ = 0;
    bool lost_ = false;
};

struct Findings {
    static constexpr std::size_t most_expectations = 16;
    static constexpr std::size_t most_mentions = 96;

    Bounded<Wanted, most_expectations> expectations;
    Bounded<Mention, most_mentions> mentions;  // spans don't overlap
    // Of a stream: what nat makes of the mentions, in the stream's order.
    Bounded<Rewrite, most_mentions> rewrites;
    // The master connection lives for so long from now on.
    std::optional<Nanoseconds> lifetime;
    // Where the spans are counted from: of a datagram, or a segment that is read alone, its payload's first
    // byte (and `sequence` says nothing); of a stream the byte with this sequence number.
    std::uint32_t sequence = 0;
    bool alone = false;
    // Of what is being inspected now, how far it stands behind that.
    std::uint32_t base = 0;

    void clear() {
        expectations.clear();
        mentions.clear();
        rewrites.clear();
        lifetime.reset();
        sequence = base = 0;
        alone = false;
    }
    bool any() const { return !expectations.empty() || !mentions.empty(); }
    // Something didn't fit: then nothing of it may be believed.
    bool lost() const { return expectations.lost() || mentions.lost(); }

    // Adds an expectation; its number, for mentions of it.
    std::uint8_t expect(const Wanted& wanted) {
        const auto number = static_cast<std::uint8_t>(expectations.size());
        return expectations.add(wanted) ? number : Wanted::alone;
    }
    // Whether something is mentioned there already.
    bool mentioned(Span span) const {
        span.at += base;
        return std::ranges::find(mentions, span, &Mention::span) != mentions.end();
    }
    // Adds a mention whose spans are counted from the inspected bytes' beginning.
    void mention(Mention mention) {
        mention.span.at += base;
        mention.counted.at += base;
        mentions.add(mention);
    }
};

}  // namespace gatehouse::helper
