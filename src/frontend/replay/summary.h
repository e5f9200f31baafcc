// The readable summary of a replay.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "frontend/replay/report.h"
#include "frontend/replay/talkers.h"

namespace gatehouse::frontend {

// Counts what became of the packets; memory is bounded however many addresses talk.
class Summary final : public ReportSink {
  public:
    void report(const PacketReport& report, const Engine& engine) override;
    // Verdicts by reason, rules most hit, rules never hit, talkers.
    std::string text(const Engine& engine) const;

  private:
    std::uint64_t packets_ = 0, bytes_ = 0, made_ = 0;
    struct End {
        std::uint64_t packets = 0, first = 0;  // first: its number
        Numbers numbers{};                     // of the first one's reason
    };
    std::map<std::pair<Disposition, Reason>, End> ends_;
    Talkers talkers_{1024};
};

}  // namespace gatehouse::frontend
