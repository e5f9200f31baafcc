// A helper for a protocol of one's own. Clients of a meeting place (UDP, port 7000) say "MEET PORT", and
// whoever they are to meet calls them at that port: through the firewall, and through NAT, where the port
// that they have outside must be said in its stead.
#pragma once
#include <charconv>
#include <gatehouse/helper.h>
#include <string_view>

namespace example {

using namespace gatehouse::embed;

struct Meeting final : Helper {
    std::string_view name() const override { return "meeting"; }
    Transport transport() const override { return Transport::udp; }
    Inspected inspect(std::span<const std::uint8_t> bytes, bool from_client,
                      HelperFindings& findings) const override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        constexpr std::string_view command = "MEET ";
        std::uint16_t port = 0;
        if (from_client && text.starts_with(command)) {
            const auto* const digits = text.data() + command.size();
            const auto [end, error] = std::from_chars(digits, text.data() + text.size(), port);
            if (error == std::errc{} && port != 0)
                findings.mention(findings.expect(Transport::udp, port), command.size(),
                                 static_cast<std::size_t>(end - digits), Form::port_text);
        }
        return {.taken = bytes.size()};
    }
};

}  // namespace example
