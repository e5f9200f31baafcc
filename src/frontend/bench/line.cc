#include "frontend/bench/line.h"

#include <fmt/format.h>

namespace gatehouse::frontend::bench {

namespace {

double ratio(const Line& line) { return *line.kernel / line.net.value_or(line.gross.median); }

}  // namespace

std::string text_of(const Line& line) {
    std::string out = fmt::format("{:<18} {:>10.1f} ns gross", line.name, line.gross.median);
    out += fmt::format("{:>17}", line.net ? fmt::format("{:.1f} ns net", *line.net) : "");
    out += fmt::format("   ({:.1f} to {:.1f})", line.gross.low, line.gross.high);
    if (line.kernel) out += fmt::format("   kernel {:.0f} ns, {:.1f} times ours", *line.kernel, ratio(line));
    for (const Measured& m : line.more)
        out += fmt::format("\n{:>22} {:.{}f} {}", m.words, m.value, m.unit.empty() ? 0 : 1, m.unit);
    if (!line.note.empty()) out += "   " + line.note;
    return out;
}

std::string json_of(const Line& line) {
    std::string out = fmt::format(R"({{"name":"{}","gross_ns":{:.1f},"spread":{:.1f})", line.name,
                                  line.gross.median, line.gross.high - line.gross.low);
    if (line.net) out += fmt::format(R"(,"net_ns":{:.1f})", *line.net);
    if (line.kernel) out += fmt::format(R"(,"kernel_ns":{:.1f},"ratio":{:.2f})", *line.kernel, ratio(line));
    for (const Measured& m : line.more)
        out += fmt::format(R"(,"{}":{:.{}f})", m.key, m.value, m.unit.empty() ? 0 : 1);
    if (!line.note.empty()) out += fmt::format(R"(,"note":"{}")", line.note);
    return out + "}";
}

}  // namespace gatehouse::frontend::bench
