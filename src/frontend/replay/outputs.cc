#include "frontend/replay/outputs.h"

#include <fmt/format.h>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "track/text.h"

namespace gatehouse::frontend {

namespace {

void put_hex(std::string& out, Bytes bytes) {
    constexpr char digits[] = "0123456789abcdef";
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
}

// Names in rules may hold anything but control characters; interface names come from captures.
void put_text(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (code < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
        } else {
            out += c;
        }
    }
    out += '"';
}

void put_finding(std::string& out, std::string_view key, const Finding& finding) {
    const auto& numbers = finding.numbers;
    fmt::format_to(std::back_inserter(out), R"(,"{}":{{"name":"{}","numbers":[{},{},{}],"words":)", key,
                   name(finding.reason), numbers[0], numbers[1], numbers[2]);
    put_text(out, words(finding.reason, numbers));
    out += '}';
}

}  // namespace

void JsonLines::report(const PacketReport& report, const Engine& engine) {
    const auto& interfaces = engine.router().interfaces();
    const Ended& completion = report.completion;
    line_.clear();
    auto to = std::back_inserter(line_);
    fmt::format_to(to, R"({{"index":{},"time":{}.{:09},"interface":)", report.index,
                   report.time.since_epoch / second, report.time.since_epoch % second);
    put_text(line_, interfaces.name(report.in));
    fmt::format_to(to, R"(,"verdict":"{}","mark":{})", name(completion.disposition), completion.mark.value);
    if (completion.finding) put_finding(line_, "reason", completion.finding);
    if (!completion.decision.table.empty()) {
        fmt::format_to(to, R"(,"decided":{{"hook":"{}","table":"{}","chain":)",
                       name(completion.decision.hook), completion.decision.table);
        put_text(line_, completion.decision.chain);
        fmt::format_to(to, R"(,"rule":{}}})", report.rule_number);
    }
    if (!report.state.empty()) fmt::format_to(to, R"(,"state":"{}")", report.state);
    if (report.tracking) put_finding(line_, report.invalid ? "invalid" : "ignored", report.tracking);
    line_ += R"(,"left":[)";
    for (std::size_t i = 0; i < report.left.size(); ++i) {
        line_ += i > 0 ? R"(,{"interface":)" : R"({"interface":)";
        put_text(line_, interfaces.name(report.left[i].out));
        line_ += R"(,"hex":")";
        put_hex(line_, report.bytes_of(report.left[i]));
        line_ += "\"}";
    }
    line_ += ']';
    if (!report.walk.empty()) {
        line_ += R"(,"walk":[)";
        bool first = true;
        for (const auto step : split(std::string_view(report.walk).substr(0, report.walk.size() - 1), '\n')) {
            if (!std::exchange(first, false)) line_ += ',';
            put_text(line_, step);
        }
        line_ += ']';
    }
    line_ += "}\n";
    std::fwrite(line_.data(), 1, line_.size(), to_);
}

void Walks::report(const PacketReport& report, const Engine&) {
    if (!report.walk.empty()) fmt::print(to_, "packet {}\n{}\n", report.index, report.walk);
}

void print_connections(std::FILE* to, const Engine& engine, Form form) {
    track::Tracking* const tracking = engine.tracking();
    if (tracking == nullptr) return;
    constexpr unsigned slice = 4096;
    track::ScanCursor cursor;
    const auto print = [&](track::ConnIndex, const track::Entry& entry) {
        if (form == Form::text) {
            fmt::print(to, "{}\n", track::to_text(*tracking, entry));
        } else {
            fmt::print(to, "{{\"connection\":{}}}\n", track::to_json(track::telling_of(*tracking, entry)));
        }
    };
    while (tracking->table().scan(cursor, slice, print)) {
    }
}

void print_events(std::FILE* to, const Engine& engine, Form form) {
    track::Tracking* const tracking = engine.tracking();
    if (tracking == nullptr || tracking->events() == nullptr) return;
    tracking->events()->drain(~0u, [&](const track::Event& event) {
        fmt::print(to, "{}\n",
                   form == Form::text ? track::to_text(*tracking, event) : track::to_json(*tracking, event));
    });
}

void print_expectations(std::FILE* to, const Engine& engine) {
    track::Tracking* const tracking = engine.tracking();
    if (tracking == nullptr || tracking->expectation_events() == nullptr) return;
    tracking->expectation_events()->drain(
        ~0u, [&](const track::ExpectationEvent& event) { fmt::print(to, "{}\n", track::to_text(event)); });
}

void print_logged(std::FILE* to, Session& session, Form form) {
    for (const auto& [time, level, line] : session.take_logged()) {
        const std::string at = fmt::format("{}.{:09}", time.since_epoch / second, time.since_epoch % second);
        if (form == Form::text) {
            fmt::print(to, "[{}] {}\n", at, line);
            continue;
        }
        std::string out = fmt::format(R"({{"log":{{"time":{},"level":{},"line":)", at, level);
        put_text(out, line);
        fmt::print(to, "{}}}}}\n", out);
    }
}

Result<AnnotatedCapture> AnnotatedCapture::create(const std::string& path, const Interfaces& interfaces) {
    auto writer = io::PcapngWriter::create(path, {.application = "gatehouse"});
    if (!writer) return std::unexpected(writer.error());
    for (const auto& interface : interfaces)
        writer->add_interface({.name = interface.name, .mac = interface.mac});
    return AnnotatedCapture(std::move(*writer));
}

void AnnotatedCapture::report(const PacketReport& report, const Engine& engine) {
    const auto& interfaces = engine.router().interfaces();
    for (const auto& left : report.left) {
        std::string comment =
            fmt::format("packet {} from {}: {}; decided by {}", report.index, interfaces.name(report.in),
                        left.made_here ? "the router's own, because of it" : "forward", decided_by(report));
        const Finding& finding = report.completion.finding;
        if (finding)
            comment += fmt::format("; {}: {}", name(finding.reason), words(finding.reason, finding.numbers));
        writer_.write({.interface = index(left.out),
                       .time = report.time,
                       .bytes = report.bytes_of(left),
                       .comment = comment,
                       .direction = io::CaptureDirection::outbound});
    }
}

}  // namespace gatehouse::frontend
