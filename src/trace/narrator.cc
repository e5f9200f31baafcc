#include "trace/narrator.h"

#include <fmt/format.h>
#include <utility>

#include "trace/packet_words.h"

namespace gatehouse::trace {

namespace {

// What only means something bit by bit reads better in hexadecimal.
std::string value_text(std::string_view what, std::uint64_t value) {
    return what == "mark" || what == "tos" || what == "dscp" || what == "priority"
               ? fmt::format("{:#x}", value)
               : fmt::format("{}", value);
}

std::string altered_text(const TraceEvent& e) {
    if (e.text == "checksum") return "    the checksum is computed";
    if (e.text == "maximum segment size option")
        return fmt::format("    an option is added: maximum segment size {}", e.after);
    if (e.before == e.after) return fmt::format("    {} stays {}", e.text, value_text(e.text, e.after));
    const bool hops = e.text == "ttl" && !is_v4(e.packet->flat.family);
    return fmt::format("    {} changes from {} to {}", hops ? "hop limit" : e.text,
                       value_text(e.text, e.before), value_text(e.text, e.after));
}

std::string table_text(std::uint64_t table) {
    switch (static_cast<route::TableId>(table)) {
        case route::TableId::none: return "";
        case route::TableId::local: return " (table local)";
        case route::TableId::main: return " (table main)";
        case route::TableId::default_: return " (table default)";
        default: return fmt::format(" (table {})", table);
    }
}

bool is_given(const Address& address) { return !address.is_unspecified(); }

std::string answer_text(const TraceEvent& e) {
    if (e.text == "copy") return "    a copy is made for another station";
    if (e.before == 0 && e.after == 0) return fmt::format("    the router answers: {}", e.text);
    return fmt::format("    the router answers: {} (type {}, code {})", e.text, e.before, e.after);
}

// What is said of the packet rather than of a hook's stages.
bool at_margin(TraceKind kind) {
    switch (kind) {
        case TraceKind::arrival:
        case TraceKind::origin:
        case TraceKind::route:
        case TraceKind::neighbour:
        case TraceKind::fragmented:
        case TraceKind::decision:
        case TraceKind::departure: return true;
        default: return false;
    }
}

}  // namespace

Narrator::Rule Narrator::describe(const TraceEvent& event) const {
    Rule rule{.does = std::string(event.verdict), .where = {}};
    for (const auto& table : engine_.tables(event.packet->flat.family).all()) {
        if (table.name != event.table) continue;
        for (const auto& chain : table.each()) {
            if (chain.name != event.chain || event.rule == 0 || event.rule > chain.spine.size()) continue;
            const auto& body = *chain.spine.at(event.rule - 1).body;
            using Kind = rules::TargetKind;
            if (body.kind() == Kind::jump) rule.does = "jumps to " + table.at(body.chain())->name;
            if (body.kind() == Kind::go_to) rule.does = "goes to " + table.at(body.chain())->name;
            if (body.kind() == Kind::none) rule.does = "counts it, no more";
            const auto& origin = body.draft().origin;
            if (origin.source)
                rule.where =
                    fmt::format("\n      {}:{}: {}", origin.source->name, origin.line, origin.text());
        }
    }
    return rule;
}

std::string Narrator::chain_step(const TraceEvent& e) {
    switch (e.kind) {
        case TraceKind::rule: {
            matched_ = true;
            const Rule rule = describe(e);
            return fmt::format("  {}: rule {} of {} matches: {}{}", e.table, e.rule, e.chain, rule.does,
                               rule.where);
        }
        case TraceKind::returned: return fmt::format("  {}: back in {}", e.table, e.chain);
        default: {
            const bool matched = std::exchange(matched_, true);
            return matched ? fmt::format("  {}: the end of {}, policy {}", e.table, e.chain, e.verdict)
                           : fmt::format("  {}: no rule matches, policy {}", e.table, e.verdict);
        }
    }
}

std::string Narrator::step(const TraceEvent& e) {
    const auto& interfaces = engine_.router().interfaces();
    const Family family = e.packet->flat.family;
    switch (e.kind) {
        case TraceKind::arrival:
            return fmt::format("arrives by {}: {}", interfaces.name(e.in), words(*e.packet));
        case TraceKind::origin: return fmt::format("the router's own packet: {}", words(*e.packet));
        case TraceKind::chain: return {};
        case TraceKind::rule:
        case TraceKind::policy:
        case TraceKind::returned: return chain_step(e);
        case TraceKind::altered: return altered_text(e);
        case TraceKind::route: {
            const char* const how = e.before != 0 ? "routed again" : "routed";
            if (e.out == InterfaceId::none)
                return fmt::format("{}: {}{}", how, e.text == "local" ? "to this host" : e.text,
                                   table_text(e.after));
            const std::string via = is_given(e.address) ? " via " + to_string(e.address, family) : "";
            return fmt::format("{}: out by {}{}{}", how, interfaces.name(e.out), via, table_text(e.after));
        }
        case TraceKind::neighbour:
            if (e.before == 0)
                return fmt::format("next hop {} on {}: no such neighbour", to_string(e.address, family),
                                   interfaces.name(e.out));
            return fmt::format("next hop {} on {} is {}", to_string(e.address, family),
                               interfaces.name(e.out), to_string(e.station));
        case TraceKind::generated: return answer_text(e);
        case TraceKind::fragmented:
            return fmt::format("its {} bytes leave by {} in fragments of at most {}", e.before,
                               interfaces.name(e.out), e.after);
        case TraceKind::suspended:
            return fmt::format("  waits for {}", e.text.empty() ? "somebody's word" : e.text);
        case TraceKind::resumed: return fmt::format("  goes on{}{}", e.text.empty() ? "" : " as ", e.text);
        case TraceKind::decision:
            if (!e.text.empty()) return fmt::format("ends here: {}", e.text);
            if (!e.finding) return "ends here: a program of this host takes it";
            return fmt::format("ends here: {} ({})", gatehouse::words(e.finding.reason, e.finding.numbers),
                               name(e.finding.reason));
        case TraceKind::departure:
            return fmt::format("leaves by {}: {}", interfaces.name(e.out), words(*e.packet));
        case TraceKind::tracked:
            return fmt::format("  connection: {}{}", e.text,
                               e.finding ? ": " + gatehouse::words(e.finding.reason, e.finding.numbers) : "");
        case TraceKind::translated:
            return fmt::format("  {} becomes {}{}", e.text, to_string(e.address, family),
                               e.before == e.after ? "" : fmt::format(", port {}", e.after));
        case TraceKind::count: break;
    }
    return {};
}

void Narrator::set_hook(const TraceEvent& event) {
    if (event.packet != packet_ || event.kind == TraceKind::arrival || event.kind == TraceKind::origin) {
        if (!text_.empty()) text_ += '\n';
        packet_ = event.packet;
        hook_.clear();
    }
    if (at_margin(event.kind)) {
        hook_.clear();
    } else if (const auto now = name(event.hook); now != hook_) {
        // What the router changes or answers between two hooks belongs to the line above it.
        if (event.table.empty() && (event.kind == TraceKind::altered || event.kind == TraceKind::generated) &&
            hook_.empty())
            return;
        text_ += fmt::format("{}\n", now);
        hook_ = now;
    }
}

void Narrator::trace(const TraceEvent& event) {
    if (event.kind == TraceKind::chain) {
        // A table's walk begins at its built-in chain, which has the hook's name.
        if (event.chain == name(event.hook)) matched_ = false;
    }
    set_hook(event);
    const std::string line = step(event);
    if (line.empty()) return;
    text_ += line;
    text_ += '\n';
}

void Narrator::clear() {
    text_.clear();
    packet_ = nullptr;
    hook_.clear();
}

}  // namespace gatehouse::trace
