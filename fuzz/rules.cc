// iptables-restore text of any kind, for both families: it is refused with a place, or what it means is
// saved, read again and saved as the same text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "iptables/restore.h"
#include "iptables/save.h"

namespace {

void try_family(std::string_view text, gatehouse::Family family) {
    using namespace gatehouse::iptables;
    const auto ruleset = read_restore(text, "input", family);
    if (!ruleset) {
        if (ruleset.error().what.empty() || ruleset.error().place.line == 0) std::abort();
        return;
    }
    const std::string saved = save(ruleset->tables(), true);
    const auto again = read_restore(saved, "saved", family);
    if (!again || save(again->tables(), true) != saved) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_family(text, gatehouse::Family::ipv4);
    try_family(text, gatehouse::Family::ipv6);
    return 0;
}
