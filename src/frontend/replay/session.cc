#include "frontend/replay/session.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "iptables/restore.h"
#include "network/configure.h"
#include "network/read.h"
#include "packet/parse.h"

namespace gatehouse::frontend {

namespace {

constexpr std::uint32_t small_frame = 2048;
constexpr std::uint32_t large_frame = max_frame + 64;
constexpr std::uint32_t most_events = 1u << 16;    // of a batch; a connection may end with each that begins
constexpr std::uint32_t waiting_fragments = 1024;  // of each kind that an engine lets wait

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(fmt::format("can't read `{}`", path));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Session::Session(const SessionOptions& options)
    : options_(options),
      small_(static_cast<PoolId>(1),
             static_cast<std::uint32_t>(options.batch) + 3 * waiting_fragments + WaitingLimits{}.packets,
             small_frame),
      large_(static_cast<PoolId>(2), 64, large_frame),
      reports_(1) {}

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options,
                                               const std::vector<std::string>& captures) {
    std::unique_ptr<Session> session(new Session(options));
    network::Network net;
    if (!options.config.empty()) {
        auto read = network::read_network(options.config);
        if (!read) return std::unexpected(read.error());
        net = std::move(*read);
        session->network_line_ = fmt::format("network: {}", options.config);
    } else {
        if (captures.front() == "-" && options.derive.inside.empty()) {
            return fail(
                "a capture on standard input needs --config or --inside: it can't be looked at beforehand");
        }
        auto derived = derive_network(captures.front(), options.derive);
        if (!derived) return std::unexpected(derived.error());
        net = std::move(derived->network);
        session->inside_ = std::move(derived->inside);
        session->derived_ = true;
        session->named_ = derived->named;
        session->network_line_ = std::move(derived->why);
    }
    if (auto done = session->set_up(net); !done) return std::unexpected(done.error());
    return session;
}

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options,
                                               scenario::WrittenPacket& written) {
    std::unique_ptr<Session> session(new Session(options));
    network::Network net;
    if (!options.config.empty()) {
        auto read = network::read_network(options.config);
        if (!read) return std::unexpected(read.error());
        net = std::move(*read);
        session->network_line_ = fmt::format("network: {}", options.config);
    } else {
        scenario::Fields somewhere = written.packet;
        scenario::fill_macs({}, somewhere);
        const auto frame = scenario::build_frame(somewhere);
        if (!frame) return std::unexpected(frame.error());
        auto derived = derive_network(written.interface, *frame, options.derive);
        net = std::move(derived.network);
        session->network_line_ = std::move(derived.why);
    }
    const auto port = std::ranges::find(net.ports, written.interface, &network::Port::name);
    if (port == net.ports.end()) {
        std::vector<std::string_view> names;
        for (const auto& one : net.ports) names.push_back(one.name);
        return std::unexpected(Error{.what = fmt::format("there is no interface `{}`", written.interface),
                                     .hint = did_you_mean(written.interface, names),
                                     .place = {"<packet>", 1, 1}});
    }
    scenario::fill_macs(*port, written.packet);
    if (auto done = session->set_up(net); !done) return std::unexpected(done.error());
    return session;
}

Result<void> Session::set_up(const network::Network& network) {
    auto configuration = network::configure(network);
    if (!configuration) return std::unexpected(configuration.error());
    configuration->fragments.fragments = std::min(configuration->fragments.fragments, waiting_fragments);
    configuration->tracking.always |= options_.track;
    engine_ = std::make_unique<Engine>(std::move(*configuration), world_, *this);
    narrator_ = std::make_unique<trace::Narrator>(*engine_);
    engine_->set_trace(this);
    debug_ = network.debug;
    if (options_.log || debug_) engine_->set_log(this);
    if (auto loaded = load(options_.rules4, Family::ipv4); !loaded) return loaded;
    if (auto loaded = load(options_.rules6, Family::ipv6); !loaded) return loaded;
    return prepare_tracking();
}

Result<void> Session::prepare_tracking() {
    track::Tracking* const tracking = engine_->tracking();
    if (!options_.load_state.empty()) {
        if (tracking == nullptr) {
            return fail("there is no table that connections could be loaded into: no rule needs tracking",
                        "`\"track.always\" = 1` under [sysctl] tracks without");
        }
        auto state = StateFile::open(options_.load_state);
        if (!state) return std::unexpected(state.error());
        state_.emplace(std::move(*state));
    }
    if ((options_.events || options_.expectations) && tracking != nullptr) tracking->watch(most_events);
    return {};
}

void Session::enter_state(Time now) {
    engine_->advance(now);
    loaded_ = state_->load(engine_->tracking()->table());
    state_.reset();
}

Result<void> Session::load(const std::string& path, Family family) {
    if (path.empty()) return {};
    auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    auto ruleset = iptables::read_restore(rules::Source{path, std::move(*text)}, family);
    if (!ruleset) return std::unexpected(ruleset.error());
    warnings_.insert(warnings_.end(), ruleset->warnings().begin(), ruleset->warnings().end());
    return engine_->install(*ruleset);
}

std::string Session::absent_interfaces() const {
    std::vector<std::string> absent;
    const auto note = [&](const InterfacePattern& pattern) {
        if (pattern.any() || pattern.text.ends_with('+')) return;
        if (engine_->router().interfaces().find(pattern.text)) return;
        if (std::ranges::find(absent, pattern.text) == absent.end()) absent.push_back(pattern.text);
    };
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const auto& table : std::as_const(*engine_).tables(family).all()) {
            for (const auto& chain : table.chains) {
                for (std::size_t i = 0; i < chain->spine.size(); ++i) {
                    const auto& selectors = chain->spine.at(i).body->draft().selectors;
                    note(selectors.in.pattern);
                    note(selectors.out.pattern);
                }
            }
        }
    }
    std::string list;
    for (const auto& name : absent) list += fmt::format("{}{}", list.empty() ? "" : ", ", name);
    return list;
}

// In a derived network the leg is told by the capture's interface, or else by the source address, and the
// frame is as if sent to that leg.
void Session::place_derived(Packet& packet, const io::CaptureRecord& record) {
    const auto& interfaces = engine_->router().interfaces();
    const auto named = named_ ? interfaces.find(record.interface_name) : std::nullopt;
    if (named) {
        packet.in = *named;
    } else {
        const bool readable = !parse_frame(packet).finding && packet.flat.network;
        const bool inside = readable && std::ranges::any_of(inside_, [&](const Prefix& p) {
                                return p.family == packet.flat.family && p.contains(packet.flat.source);
                            });
        packet.flat = {};  // the engine reads the frame again
        packet.vlan_count = 0;
        packet.in = static_cast<InterfaceId>(inside ? 1 : 2);
    }
    if (!Mac::load(packet.data).is_multicast()) interfaces[packet.in].mac.store(packet.data);
}

Packet* Session::take_in(const io::CaptureRecord& record) {
    const auto note = [&](std::uint64_t& count, std::string what) -> Packet* {
        if (count++ == 0 && passed_.first_problem.empty())
            passed_.first_problem = fmt::format("packet {}: {}", record.index, what);
        return nullptr;
    };
    if (record.direction == io::CaptureDirection::outbound)
        return note(passed_.outbound, "was sent, not received");
    const auto framing = io::framing_of(record.link_type, record.bytes);
    if (!framing) return note(passed_.unconvertible, framing.error().text());
    const std::size_t length = record.bytes.size() + static_cast<std::size_t>(std::max(0, framing->growth()));
    if (length > max_frame) return note(passed_.too_long, fmt::format("{} bytes don't fit a packet", length));
    Packet* packet = (length <= small_frame ? small_ : large_).take();
    if (packet == nullptr) return nullptr;
    packet->length = io::write_ethernet(*framing, record.bytes, {{2, 0, 0, 0, 9, 9}}, {},
                                        {packet->data, packet->capacity - packet->headroom()});
    packet->time = record.time;
    if (derived_) {
        place_derived(*packet, record);
    } else {
        const auto& interfaces = engine_->router().interfaces();
        const auto named = interfaces.find(record.interface_name);
        packet->in = named ? *named
                           : static_cast<InterfaceId>(
                                 std::min<std::size_t>(record.interface + 1, interfaces.size() - 1));
    }
    return packet;
}

Result<io::Next> Session::run(const std::string& capture, ReportSink& sink,
                              const std::function<void(const io::CaptureReader&, std::uint64_t)>& progress) {
    auto reader = io::CaptureReader::open(capture);
    if (!reader) return std::unexpected(reader.error());
    io::CaptureRecord record;
    io::Next state;
    while ((state = reader->next(record)) == io::Next::record) {
        ++passed_.records;
        if (large_.available() == 0) flush(sink);
        if (large_.available() == 0) finish(sink);  // they are all fragments that wait
        Packet* const packet = take_in(record);
        if (packet == nullptr) continue;
        if (free_.empty()) {
            reports_.emplace_back();
            free_.push_back(reports_.size() - 1);
        }
        const std::size_t place = free_.back();
        free_.pop_back();
        if (state_) enter_state(packet->time);
        packet->cookie = place;
        packet->traced = base_ + record.index == options_.traced;
        PacketReport& report = reports_[place];
        report.reset();
        report.index = base_ + record.index;
        report.time = packet->time;
        report.in = packet->in;
        report.length = packet->length;
        if (options_.arrivals) report.arrival = arrival_of(*packet);
        batch_.push_back(packet);
        if (batch_.size() == options_.batch) flush(sink);
        if (record.index % 65536 == 0) progress(*reader, record.index);
    }
    flush(sink);
    base_ = passed_.records;
    damage_ = reader->damage();
    return state;
}

Result<PacketReport> Session::send(const scenario::WrittenPacket& written) {
    const auto frame = scenario::build_frame(written.packet);
    if (!frame) return std::unexpected(frame.error());
    Packet* const packet = large_.take();
    packet->length = static_cast<std::uint32_t>(frame->size());
    std::ranges::copy(*frame, packet->data);
    packet->in = *engine_->router().interfaces().find(written.interface);
    packet->time = {std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count()};
    packet->traced = true;
    reports_[0] = {.index = 1, .time = packet->time, .in = packet->in, .length = packet->length};
    engine_->receive({&packet, 1});
    engine_->discard_fragments();
    engine_->discard_waiting();
    end_walk();
    return std::move(reports_[0]);
}

void Session::flush(ReportSink& sink) {
    engine_->receive(batch_);
    end_walk();
    batch_.clear();
    report_ended(sink);
}

void Session::report_ended(ReportSink& sink) {
    for (const std::size_t place : ended_) {
        sink.report(reports_[place], *engine_);
        free_.push_back(place);
    }
    ended_.clear();
}

void Session::finish(ReportSink& sink) {
    if (state_) enter_state(state_->time());
    engine_->discard_fragments();
    engine_->discard_waiting();
    end_walk();
    report_ended(sink);
}

// Packets go one after the other, each with what it brings about; what the router makes has its cookie.
void Session::trace(const TraceEvent& event) {
    if (event.packet->cookie != told_) end_walk();
    told_ = event.packet->cookie;
    narrator_->trace(event);
}

void Session::log(Time time, int level, std::string_view line) {
    logged_.push_back({time, level, std::string(line)});
}

void Session::end_walk() {
    reports_[told_].walk += narrator_->text();
    narrator_->clear();
}

void Session::complete(Packet& packet, const Completion& completion) {
    PacketReport& report = reports_[packet.cookie];
    report.flat = packet.flat;
    report.completion = Ended(completion);
    ended_.push_back(packet.cookie);
    if (engine_->tracking() != nullptr) {
        const track::Info info = engine_->tracking()->seen(packet).info;
        report.state = track::name(info);
        report.invalid = info == track::Info::invalid;
        if (info != track::Info::none) report.tracking = engine_->tracking()->why();
    }
    if (completion.decision.rule != 0) {
        report.rule_number = static_cast<std::uint32_t>(
            engine_->tables(packet.flat.family).number(completion.decision).value_or(0));
    }
    if (completion.disposition == Disposition::forwarded) {
        report.add_left(completion.out, packet.bytes(), false);
    }
    (packet.pool == small_.id() ? small_ : large_).give_back(&packet);
}

void Session::transmit(const Packet& packet, InterfaceId out) {
    // What is sent again when its time has come is nobody's.
    if (packet.cookie < reports_.size()) reports_[packet.cookie].add_left(out, packet.bytes(), true);
}

}  // namespace gatehouse::frontend
