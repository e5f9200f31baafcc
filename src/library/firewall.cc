// The library's C++ face on the engine.
#include "gatehouse/firewall.h"

#include <algorithm>

#include "engine/engine.h"
#include "iptables/restore.h"
#include "iptables/save.h"
#include "network/configure.h"
#include "network/read.h"
#include "packet/parse.h"
#include "packet/pool.h"

namespace gatehouse::embed {

namespace {

constexpr std::uint32_t small_frame = 2048, large_frame = max_frame + 64;
constexpr std::uint32_t spare = 64;  // packets beside those that may wait

gatehouse::Family family_of(Family family) {
    return family == Family::ipv4 ? gatehouse::Family::ipv4 : gatehouse::Family::ipv6;
}

Verdict verdict_of(Disposition disposition) {
    switch (disposition) {
        case Disposition::forwarded: return Verdict::forwarded;
        case Disposition::delivered: return Verdict::delivered;
        case Disposition::dropped: return Verdict::dropped;
        case Disposition::consumed: return Verdict::consumed;
        case Disposition::replaced: return Verdict::replaced;
    }
    return Verdict::dropped;
}

Completion described(const Finding& finding, const Decision& decision) {
    return {.reason = name(finding.reason),
            .table = decision.table,
            .chain = decision.chain,
            .numbers = finding.numbers};
}

// Packets that an engine may keep at a time: suspended ones, and fragments of three kinds.
std::uint32_t most_waiting(const Configuration& configuration) {
    return std::min(configuration.waiting.packets, 65'536u) +
           3 * std::min(configuration.fragments.fragments, 65'536u);
}

std::unexpected<std::string> wrong(const Error& error) { return std::unexpected(error.text()); }

}  // namespace

std::string explain(const Completion& completion) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Reason::count); ++i) {
        const auto reason = static_cast<Reason>(i);
        if (name(reason) == completion.reason) return words(reason, completion.numbers);
    }
    return {};
}

struct Firewall::Parts final : World, Outlet, Holder, LogSink {
    Parts(Configuration configuration, Handler& to)
        : handler(to),
          small(static_cast<PoolId>(1), most_waiting(configuration) + spare, small_frame),
          large(static_cast<PoolId>(2), spare, large_frame),
          engine(std::move(configuration), *this, *this) {
        engine.set_holder(this);
        engine.set_log(this);
    }

    // A packet with these bytes behind `link` bytes of room; nullptr when there is none, and the caller is
    // told.
    Packet* take_in(const Frame& frame) {
        Packet* const packet = (frame.bytes.size() <= small_frame ? small : large).take();
        if (packet == nullptr) {
            handler.completed({.cookie = frame.cookie,
                               .verdict = Verdict::dropped,
                               .bytes = frame.bytes,
                               .mark = frame.mark,
                               .reason = name(Reason::no_buffer)});
            return nullptr;
        }
        std::ranges::copy(frame.bytes, packet->data);
        packet->length = static_cast<std::uint32_t>(frame.bytes.size());
        packet->time = {frame.time};
        packet->mark = {frame.mark};
        packet->cookie = frame.cookie;
        return packet;
    }
    void give_back(Packet& packet) { (packet.pool == small.id() ? small : large).give_back(&packet); }
    std::string_view name_of(InterfaceId id) const { return engine.router().interfaces().name(id); }
    void fill(Completion& c, const Packet& packet) const {
        c.cookie = packet.cookie;
        c.bytes = packet.bytes();
        c.mark = packet.mark.value;
        c.changed = packet.changed;
    }
    std::uint32_t number_of(const Packet& packet, const Decision& decision) const {
        if (decision.rule == 0) return 0;
        return static_cast<std::uint32_t>(engine.tables(packet.flat.family).number(decision).value_or(0));
    }

    // The engine's side.
    Answer local_socket(const Packet& packet) override {
        return handler.takes(packet.network()) ? Answer::yes : Answer::no;
    }
    bool queue_has_reader(std::uint16_t queue) override { return handler.reads_queue(queue); }
    void complete(Packet& packet, const gatehouse::Completion& ended) override {
        Completion c = described(ended.finding, ended.decision);
        fill(c, packet);
        if (ended.whole != nullptr) c.bytes = ended.whole->bytes();
        c.verdict = verdict_of(ended.disposition);
        if (ended.disposition == Disposition::forwarded) c.interface = name_of(ended.out);
        c.changed = ended.changed;
        c.rule = number_of(packet, ended.decision);
        handler.completed(c);
        give_back(packet);
    }
    void transmit(const Packet& packet, InterfaceId out) override {
        handler.made(name_of(out), packet.bytes(), packet.cookie);
    }
    void discard(const Packet&, const gatehouse::Completion&) override {}
    void hold(gatehouse::Token token, const Packet& packet, const Waiting& waiting) override {
        handler.waits(static_cast<Token>(token), waiting.suspension.queue, packet.network(), packet.cookie);
    }
    void log(Time, int, std::string_view line) override { handler.logged(line); }

    Handler& handler;
    Pool small, large;
    Engine engine;
    std::vector<std::uint8_t> hooked;  // what run_hook() shows
};

Firewall::Firewall(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Firewall::Firewall(Firewall&&) noexcept = default;
Firewall& Firewall::operator=(Firewall&& other) noexcept {
    std::swap(parts_, other.parts_);
    return *this;
}
Firewall::~Firewall() {
    if (!parts_) return;
    parts_->engine.discard_waiting();
    parts_->engine.discard_fragments();
}

Result<Firewall> Firewall::make(std::string_view text, Handler& handler) {
    const auto network = network::parse_network(text, "network");
    if (!network) return wrong(network.error());
    auto configuration = network::configure(*network);
    if (!configuration) return wrong(configuration.error());
    return Firewall(std::make_unique<Parts>(std::move(*configuration), handler));
}

Result<void> Firewall::load(Family family, std::string_view rules, std::string_view name) {
    const auto ruleset = iptables::read_restore(rules, name, family_of(family));
    if (!ruleset) return wrong(ruleset.error());
    if (const auto installed = parts_->engine.install(*ruleset); !installed) return wrong(installed.error());
    return {};
}

void Firewall::reapply_nat() {
    track::ScanCursor cursor;
    while (parts_->engine.reapply_nat(cursor)) {
    }
}

std::string Firewall::save(Family family) const {
    return iptables::save(std::as_const(parts_->engine).tables(family_of(family)), true);
}

bool Firewall::receive(const Frame& frame) {
    const auto in = parts_->engine.router().interfaces().find(frame.interface);
    if (!in || frame.bytes.size() > max_frame) return false;
    Packet* packet = parts_->take_in(frame);
    if (packet == nullptr) return true;
    packet->in = *in;
    parts_->engine.receive({&packet, 1});
    return true;
}

bool Firewall::send(const Frame& frame) {
    if (frame.bytes.size() > max_frame) return false;
    Packet* packet = parts_->take_in(frame);
    if (packet != nullptr) parts_->engine.send({&packet, 1});
    return true;
}

Result<HookResult> Firewall::run_hook(Hook hook, const Frame& frame, std::string_view out) {
    const auto& interfaces = parts_->engine.router().interfaces();
    const auto id = [&](std::string_view wanted) -> Result<InterfaceId> {
        if (wanted.empty()) return InterfaceId::none;
        if (const auto found = interfaces.find(wanted)) return *found;
        return std::unexpected("there is no interface `" + std::string(wanted) + "`");
    };
    const auto in = id(frame.interface), to = id(out);
    if (!in || !to) return std::unexpected((in ? to : in).error());
    if (frame.bytes.size() > max_frame) return std::unexpected("the packet is longer than 65535 bytes");
    Packet* const packet = parts_->take_in(frame);
    if (packet == nullptr) return std::unexpected("every buffer is in use");
    packet->flat.l3 = 0;
    if (const Finding finding = parse_network(*packet)) {
        parts_->give_back(*packet);
        return std::unexpected(words(finding.reason, finding.numbers));
    }
    packet->in = *in;
    Finding finding;
    Decision decision;
    const auto said =
        parts_->engine.hook(static_cast<gatehouse::Hook>(hook), *packet, *in, *to, finding, decision);
    HookResult result{.details = described(finding, decision)};
    switch (said) {
        case gatehouse::Verdict::proceed:
        case gatehouse::Verdict::crossed: result.verdict = HookResult::Verdict::accept; break;
        case gatehouse::Verdict::drop: result.verdict = HookResult::Verdict::drop; break;
        case gatehouse::Verdict::suspend: result.verdict = HookResult::Verdict::queue; break;
        case gatehouse::Verdict::stolen: result.verdict = HookResult::Verdict::stolen; break;
    }
    parts_->fill(result.details, *packet);
    const Bytes now = packet->network();
    parts_->hooked.assign(now.begin(), now.end());
    result.details.bytes = parts_->hooked;
    result.details.rule = parts_->number_of(*packet, decision);
    parts_->give_back(*packet);
    return result;
}

bool Firewall::resume(Token token, const Resume& how) {
    gatehouse::Resume resume{.verdict = static_cast<gatehouse::Resume::Verdict>(how.verdict)};
    if (how.mark) resume.mark = Mark{*how.mark};
    if (how.packet) resume.network = *how.packet;
    return parts_->engine.resume(static_cast<gatehouse::Token>(token), resume);
}

void Firewall::advance(Nanoseconds now) { parts_->engine.advance({now}); }

}  // namespace gatehouse::embed
