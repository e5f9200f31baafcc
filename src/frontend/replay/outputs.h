// A replay's packets as JSON lines, and as a capture that says of each packet why it left.
#pragma once
#include <cstdio>
#include <string>

#include "frontend/replay/report.h"
#include "frontend/replay/session.h"
#include "io/pcapng_writer.h"

namespace gatehouse::frontend {

// One object a line for every input packet (doc/replay.md has the fields).
class JsonLines final : public ReportSink {
  public:
    explicit JsonLines(std::FILE* to) : to_(to) {}
    void report(const PacketReport& report, const Engine& engine) override;

  private:
    std::FILE* to_;
    std::string line_;
};

// The walks of the packets that a TRACE rule marked.
class Walks final : public ReportSink {
  public:
    explicit Walks(std::FILE* to) : to_(to) {}
    void report(const PacketReport& report, const Engine& engine) override;

  private:
    std::FILE* to_;
};

// How connections and events are told: as conntrack(8) does, or each as a JSON object.
enum class Form : std::uint8_t { text, json };

// Every connection in the table, as `conntrack -L -o extended` prints them, in no particular order.
void print_connections(std::FILE* to, const Engine& engine, Form form);

// What happened to connections since the last call, as `conntrack -E -o extended,timestamp` prints it.
void print_events(std::FILE* to, const Engine& engine, Form form);

// The same, when a batch has ended.
class EventLines final : public ReportSink {
  public:
    EventLines(std::FILE* to, Form form) : to_(to), form_(form) {}
    void report(const PacketReport&, const Engine& engine) override { print_events(to_, engine, form_); }

  private:
    std::FILE* to_;
    Form form_;
};

// The same of what helpers expect, and of what has been served or forgotten.
void print_expectations(std::FILE* to, const Engine& engine);
class ExpectationLines final : public ReportSink {
  public:
    explicit ExpectationLines(std::FILE* to) : to_(to) {}
    void report(const PacketReport&, const Engine& engine) override { print_expectations(to_, engine); }

  private:
    std::FILE* to_;
};

// What the kernel log would hold since the last call, with exact times.
void print_logged(std::FILE* to, Session& session, Form form);

// The same, when a batch has ended.
class LogLines final : public ReportSink {
  public:
    LogLines(std::FILE* to, Session& session, Form form) : to_(to), session_(session), form_(form) {}
    void report(const PacketReport&, const Engine&) override { print_logged(to_, session_, form_); }

  private:
    std::FILE* to_;
    Session& session_;
    Form form_;
};

// What leaves, with interface, verdict, rule and reason as each packet's comment.
class AnnotatedCapture final : public ReportSink {
  public:
    static Result<AnnotatedCapture> create(const std::string& path, const Interfaces& interfaces);
    void report(const PacketReport& report, const Engine& engine) override;
    Result<void> close() { return writer_.close(); }

  private:
    explicit AnnotatedCapture(io::PcapngWriter writer) : writer_(std::move(writer)) {}
    io::PcapngWriter writer_;
};

}  // namespace gatehouse::frontend
