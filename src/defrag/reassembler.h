// Puts fragments together into datagrams, as Linux does (net/ipv4/ip_fragment.c, net/ipv6/reassembly.c,
// net/ipv6/netfilter/nf_conntrack_reasm.c of 6.18, told in words by RFC 815, 5722, 6946 and 8200).
//
// Time comes in, packets come in and out; nothing else is asked. Fragments that wait keep their buffers and
// are each handed back exactly once. Everything is bounded: fragments, datagrams, bytes and time. One
// thread's.
#pragma once
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "defrag/coverage.h"
#include "defrag/piece.h"
#include "defrag/slots.h"
#include "defrag/whole.h"

namespace gatehouse::defrag {

// Three places of Linux where fragments are put together; they differ in what they do about malformed ones.
enum class Manner : std::uint8_t { ipv4, ipv6_local, ipv6_tracking };

struct Limits {
    Nanoseconds timeout = 30 * second;  // from a datagram's first fragment to come
    std::uint64_t memory = 4u << 20;    // bytes of waiting fragments, each with its overhead; 0: none wait
    std::uint32_t max_distance = 64;    // IPv4: other fragments from this source in between; 0: any number
    std::uint32_t fragments = 1024;     // that wait
    std::uint32_t datagrams = 1024;
};

// Takes back fragments that the reassembler kept, each once.
class Releaser {
  public:
    virtual ~Releaser() = default;
    // Its data is in `whole`.
    virtual void absorbed(Packet& fragment, InterfaceId in, const Whole& whole) = 0;
    virtual void dropped(Packet& fragment, InterfaceId in, Group group, const Finding& why) = 0;
    // A datagram's time is over, and its first fragment had come: whoever sent it may be told (ICMP time
    // exceeded, code 1). dropped() follows.
    virtual void expired(Packet& first, InterfaceId in, Group group) = 0;
};

// What became of a fragment that came in.
struct Taken {
    enum class What : std::uint8_t {
        waits,     // it is the reassembler's
        whole,     // it was the last one missing: `whole` goes on, this fragment is Whole::last
        dropped,   // it is still the caller's; `finding` says why
        answered,  // dropped, and the sender is owed an ICMPv6 parameter problem of `code` at `pointer`
        passed,    // it can't be put together but may go on as it is
    };
    What what{};
    Finding finding{};
    Whole* whole = nullptr;
    std::uint8_t code = 0;
    std::uint32_t pointer = 0;
};

class Reassembler {
  public:
    // `seed` keeps outsiders from choosing where datagrams collide. The pool outlives the reassembler.
    Reassembler(Manner manner, const Limits& limits, std::uint64_t seed, WholePool& wholes);

    // A fragment, read by read_piece() for a group. Fragments of its datagram that are done with go to
    // `releaser` during the call.
    Taken take(Packet& fragment, const Piece& piece, InterfaceId in, Time now, Releaser& releaser);
    // Gives up the datagrams whose time is over.
    void expire(Time now, Releaser& releaser);
    // Gives up every datagram.
    void discard(const Finding& why, Releaser& releaser);
    // When the next datagram's time is over; the end of time when none waits.
    Time next_expiry() const;

    std::uint32_t fragments() const { return fragments_.taken(); }
    std::uint32_t datagrams() const { return datagrams_.taken(); }
    std::uint64_t memory() const { return memory_; }

  private:
    // A fragment that waits.
    struct Fragment {
        Packet* packet = nullptr;
        std::uint32_t next = no_slot;       // of its datagram
        std::uint32_t offset = 0, end = 0;  // of its data in the datagram's
        std::uint16_t header = 0;           // bytes before that
        InterfaceId in = InterfaceId::none;
    };
    struct Datagram {
        DatagramKey key{};
        std::uint32_t next = no_slot;                    // in its bucket
        std::uint32_t older = no_slot, newer = no_slot;  // by deadline
        Time deadline{};
        // Fragments: the list's ends, in the order in which they came, and the one at offset zero.
        std::uint32_t head = no_slot, tail = no_slot, first = no_slot;
        std::uint32_t fragments = 0;
        std::uint16_t fragment_header = 0, named_at = 0;  // of the first: see Piece
        std::uint32_t length = 0;                         // of its data, as far as known
        std::uint32_t received = 0;                       // bytes of it
        bool last_came = false;
        std::uint8_t ecn = 0;  // codepoints seen, a bit each
        std::uint16_t largest = 0, largest_unfragmentable = 0;
        std::uint32_t source = no_slot;  // IPv4
        std::uint32_t distance_mark = 0;
        Coverage coverage;
    };
    // An address whose fragments are counted while datagrams of it wait.
    struct Source {
        Address address{};
        std::uint32_t next = no_slot;  // in its bucket
        std::uint32_t datagrams = 0;
        std::uint32_t count = 0;
    };
    // What to do about a fragment that can't just be added.
    struct Refusal {
        Finding finding{};
        bool kills = false;  // the whole datagram
        Taken::What what = Taken::What::dropped;
        std::uint8_t code = 0;
        std::uint32_t pointer = 0;
    };

    // reassembler_table.cc
    std::uint32_t& bucket_of(const DatagramKey& key);
    std::uint32_t& bucket_of(const Address& source);
    std::uint32_t find(const DatagramKey& key);
    std::uint32_t create(const DatagramKey& key, Time now);
    void remove(std::uint32_t at);
    void enqueue(std::uint32_t at, Time now);
    void unqueue(std::uint32_t at);
    std::uint32_t enter_source(const Address& address);
    void leave_source(std::uint32_t at);

    Finding count_distance(Datagram& datagram);
    Refusal judge_alone(const Piece& piece, const Packet& fragment) const;
    Refusal judge(Datagram& datagram, const Piece& piece) const;
    Refusal judge_end(Datagram& datagram, const Piece& piece) const;
    void keep(Datagram& datagram, const Piece& piece, Packet& fragment, InterfaceId in, std::uint32_t slot);
    Taken complete(std::uint32_t at, Packet& last, Releaser& releaser);
    // assemble.cc
    Finding assemble(const Datagram& datagram, const Packet& last, Whole& whole) const;
    void copy_data(const Datagram& datagram, Whole& whole, std::uint32_t header) const;
    bool headers_fit(const Datagram& datagram) const;
    // Hands back every fragment but `kept`, as part of `whole` or for the reason `why`.
    void release(Datagram& datagram, const Whole* whole, const Finding& why, const Packet* kept,
                 Releaser& releaser);
    void kill(std::uint32_t at, const Finding& why, const Packet* kept, Releaser& releaser);

    Manner manner_;
    Limits limits_;
    std::uint64_t seed_;
    WholePool& wholes_;
    Slots<Fragment> fragments_;
    Slots<Datagram> datagrams_;
    Slots<Source> sources_;
    std::vector<std::uint32_t> buckets_, source_buckets_;
    std::uint32_t oldest_ = no_slot, newest_ = no_slot;
    std::uint64_t memory_ = 0;
};

}  // namespace gatehouse::defrag
