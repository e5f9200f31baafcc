// A capture's packets through an engine, in batches, with a report on each.
//
// Memory doesn't grow with the capture. Frames come in by the interface that the network says; a frame's own
// MAC addresses are kept only with a network description.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "frontend/replay/derive.h"
#include "frontend/replay/report.h"
#include "frontend/replay/state_file.h"
#include "frontend/scenario/written_packet.h"
#include "io/capture_reader.h"
#include "packet/pool.h"
#include "trace/narrator.h"

namespace gatehouse::frontend {

struct SessionOptions {
    std::string rules4, rules6;  // iptables-save files; empty: none
    std::string config;          // network description; empty: derived
    DeriveOptions derive;
    std::size_t batch = 64;
    std::uint64_t traced = 0;   // the packet to mark for tracing, by its number; 0: none
    bool log = false;           // keep log lines for take_logged(); so it is in debug mode anyway
    bool track = false;         // connections, whether or not a rule needs it
    bool arrivals = false;      // note each packet's headers as it came
    bool events = false;        // of connections, kept for print_events() after each batch
    bool expectations = false;  // the same of expectations, for print_expectations()
    std::string load_state;     // connections of an earlier run (replay/state_file.h); empty: none
};

// What a capture held that no engine was given.
struct Passed {
    std::uint64_t records = 0;
    std::uint64_t unconvertible = 0;  // frames of a link layer that isn't taken
    std::uint64_t too_long = 0;
    std::uint64_t outbound = 0;  // the capturing machine sent them; a router receives
    std::string first_problem;
};

// A line for the kernel log.
struct Logged {
    Time time{};
    int level = 0;
    std::string line;
};

class Session final : public Outlet, TraceSink, LogSink {
  public:
    // Reads rules and network (derived from `captures`' first file if need be); errors are the user's.
    static Result<std::unique_ptr<Session>> open(const SessionOptions& options,
                                                 const std::vector<std::string>& captures);

    // The same for one packet; `packet` gets the MAC addresses that it lacks.
    static Result<std::unique_ptr<Session>> open(const SessionOptions& options,
                                                 scenario::WrittenPacket& packet);

    // What becomes of one packet, with its walk.
    Result<PacketReport> send(const scenario::WrittenPacket& packet);
    // Runs one capture to its end or to the damage; `progress` is called now and then.
    Result<io::Next> run(const std::string& capture, ReportSink& sink,
                         const std::function<void(const io::CaptureReader&, std::uint64_t)>& progress);
    // After the last capture: gives up the fragments that still wait.
    void finish(ReportSink& sink);
    // What became of the connections that were to be loaded: they enter the table at the first packet's time.
    const std::optional<track::Snapshot::Loaded>& loaded() const { return loaded_; }
    // Log lines since the last call: of rules (LOG) and of connection tracking.
    std::vector<Logged> take_logged() { return std::exchange(logged_, {}); }
    // Whether the network is in debug mode, in which tracking logs what is out of the window.
    bool debug() const { return debug_; }
    const io::Damage& damage() const { return damage_; }

    Engine& engine() { return *engine_; }
    const Passed& passed() const { return passed_; }
    // One line: which router the packets went through.
    const std::string& network_line() const { return network_line_; }
    // Interfaces that rules name (no pattern) and the router hasn't: "lan0, wan0"; "" if there are none.
    std::string absent_interfaces() const;
    // What validate() warned of.
    const std::vector<Error>& warnings() const { return warnings_; }

  private:
    Session(const SessionOptions& options);
    Result<void> set_up(const network::Network& network);
    Result<void> load(const std::string& path, Family family);
    // The frame in a packet, or nullptr: what kept it out has been counted.
    Packet* take_in(const io::CaptureRecord& record);
    void place_derived(Packet& packet, const io::CaptureRecord& record);
    Result<void> prepare_tracking();
    void enter_state(Time now);
    void flush(ReportSink& sink);
    void report_ended(ReportSink& sink);

    void complete(Packet& packet, const Completion& completion) override;
    void transmit(const Packet& packet, InterfaceId out) override;
    void discard(const Packet&, const Completion&) override {}
    void trace(const TraceEvent& event) override;
    void log(Time time, int level, std::string_view line) override;
    void end_walk();

    SessionOptions options_;
    EmptyWorld world_;
    Pool small_, large_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<trace::Narrator> narrator_;
    std::uint64_t told_ = 0;  // the place in reports_ of the packet that is being told of
    std::vector<Prefix> inside_;
    bool derived_ = false;
    bool named_ = false;  // derived, with the capture's own interface names
    std::string network_line_;
    std::vector<Error> warnings_;
    std::vector<Packet*> batch_;
    // Of the packets in the engine; a packet's cookie is its report's place.
    std::vector<PacketReport> reports_;
    std::vector<std::size_t> free_, ended_;
    std::uint64_t base_ = 0;  // packets of the captures before
    Passed passed_;
    io::Damage damage_;
    std::vector<Logged> logged_;
    bool debug_ = false;
    std::optional<StateFile> state_;  // until it is loaded
    std::optional<track::Snapshot::Loaded> loaded_;
};

}  // namespace gatehouse::frontend
