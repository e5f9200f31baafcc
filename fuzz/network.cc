// Descriptions of networks, of any text: refused with a place, or made into an engine's configuration or
// refused by name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "network/configure.h"
#include "network/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::network;
    const auto network = parse_network({reinterpret_cast<const char*>(data), size}, "net.toml");
    if (!network) {
        const auto& error = network.error();
        if (error.what.empty() || error.place.file != "net.toml") std::abort();
        return 0;
    }
    const auto configuration = configure(*network);
    if (!configuration && configuration.error().what.empty()) std::abort();
    if (configuration && configuration->router == nullptr) std::abort();
    return 0;
}
