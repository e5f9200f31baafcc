// For the tests of extensions: text to extensions, and packets to run them on.
#pragma once
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/checksum.h"
#include "base/text.h"
#include "packet/parse.h"
#include "rules/extension.h"
#include "rules/registry.h"
#include "rules/selectors.h"

namespace gatehouse::rules::testing {

// "a 'b c' d" in words; quotes keep spaces.
inline std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool quoted = false, begun = false;
    for (const char c : text) {
        if (c == '\'') {
            quoted = !quoted;
            if (!begun) words.emplace_back();
            begun = true;
        } else if (c == ' ' && !quoted) {
            begun = false;
        } else {
            if (!begun) words.emplace_back();
            begun = true;
            words.back() += c;
        }
    }
    return words;
}

struct Rule {
    Family family = Family::ipv4;
    std::uint8_t protocol = 0;
    std::string_view table = "filter";
    HookSet hooks = bit(Hook::input);
    const std::vector<Extension>* matches = nullptr;  // beside the one at hand
};

// The extension with the options in `text`: "! --dport 80".
inline Result<Extension> read_extension(const Declaration* declaration, std::string_view text,
                                        const Rule& rule) {
    if (declaration == nullptr) return fail("no such extension");
    Extension extension(*declaration, rule.family);
    const auto words = words_of(text);
    bool inverted = false;
    for (std::size_t i = 0; i < words.size();) {
        if (words[i] == "!") {
            inverted = true;
            ++i;
            continue;
        }
        const OptionInfo* const option =
            words[i].starts_with("--") ? extension.find(words[i].substr(2)) : nullptr;
        if (option == nullptr) return fail("no option " + words[i]);
        ++i;
        std::vector<std::string_view> values;
        for (int n = 0; n < option->words; ++n, ++i) {
            if (i == words.size()) return fail("a value is missing");
            values.push_back(words[i]);
        }
        if (auto set = extension.set(*option, values, inverted); !set) return std::unexpected(set.error());
        inverted = false;
    }
    const Selectors selectors{.family = rule.family, .protocol = rule.protocol};
    const auto finished = extension.finish(
        {.family = rule.family, .table = rule.table, .selectors = &selectors, .matches = rule.matches});
    if (!finished) return std::unexpected(finished.error());
    if (declaration->narrow != nullptr && (rule.hooks & ~extension.hooks()) != 0)
        return fail("its options don't go with the hook");
    return extension;
}

inline Result<Extension> read_match(std::string_view name, std::string_view text, const Rule& rule = {}) {
    return read_extension(find_match(name, rule.family), text, rule);
}

inline Result<Extension> read_target(std::string_view name, std::string_view text, const Rule& rule = {}) {
    return read_extension(find_target(name, rule.family), text, rule);
}

// What a hand-built packet has in its network header.
struct Header {
    std::uint8_t protocol = 0;
    std::uint8_t tos = 0;
    std::uint8_t ttl = 64;
    std::uint16_t fragment_offset = 0;  // in units of eight bytes; IPv4
    bool more_fragments = false;
    std::string_view source4 = "10.0.0.1", destination4 = "10.0.0.2";
    std::string_view source6 = "2001:db8::1", destination6 = "2001:db8::2";
};

// An Ethernet frame from 02:00:00:00:00:01 with this payload after the network header, parsed.
class Frame {
  public:
    Frame(Family family, const Header& header, std::vector<std::uint8_t> payload) {
        bytes_ = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
        is_v4(family) ? add_v4(header, payload.size()) : add_v6(header, payload.size());
        bytes_.insert(bytes_.end(), payload.begin(), payload.end());
        packet.data = packet.buffer = bytes_.data();
        packet.length = packet.capacity = static_cast<std::uint32_t>(bytes_.size());
        parsed = parse_frame(packet);
    }

    Packet packet;
    Parsed parsed;

  private:
    void add16(std::size_t value) {
        bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }
    void add_address(std::string_view text, Family family) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + (is_v4(family) ? 4 : 16));
        parse_address(text, family)->store(&bytes_[at], family);
    }
    void add_v4(const Header& h, std::size_t payload) {
        bytes_.insert(bytes_.end(), {8, 0, 0x45, h.tos});
        add16(20 + payload);
        add16(1);
        add16((h.more_fragments ? 0x2000u : 0u) | h.fragment_offset);
        bytes_.insert(bytes_.end(), {h.ttl, h.protocol, 0, 0});
        add_address(h.source4, Family::ipv4);
        add_address(h.destination4, Family::ipv4);
        std::uint32_t sum = 0;
        for (std::size_t i = 14; i < 34; i += 2) sum += load_be16(&bytes_[i]);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        store_be16(&bytes_[24], static_cast<std::uint16_t>(~sum));
    }
    void add_v6(const Header& h, std::size_t payload) {
        bytes_.insert(bytes_.end(), {0x86, 0xdd, static_cast<std::uint8_t>(0x60 | h.tos >> 4),
                                     static_cast<std::uint8_t>(h.tos << 4), 0, 0});
        add16(payload);
        bytes_.insert(bytes_.end(), {h.protocol, h.ttl});
        add_address(h.source6, Family::ipv6);
        add_address(h.destination6, Family::ipv6);
    }

    std::vector<std::uint8_t> bytes_;
};

// The bytes that hexadecimal digits stand for.
inline std::vector<std::uint8_t> hex(std::string_view digits) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const auto byte = parse_number("0x" + std::string(digits.substr(i, 2)));
        bytes.push_back(static_cast<std::uint8_t>(byte.value()));
    }
    return bytes;
}

// A frame given in hexadecimal, parsed; multicast and broadcast by its MAC address.
class Received {
  public:
    Received(std::string_view link, std::string_view network)
        : bytes_(hex(std::string(link) + std::string(network))) {
        packet.data = packet.buffer = bytes_.data();
        packet.length = packet.capacity = static_cast<std::uint32_t>(bytes_.size());
        const Mac to = Mac::load(bytes_.data());
        if (to.is_multicast())
            packet.type = to.is_broadcast() ? PacketType::broadcast : PacketType::multicast;
        parse_frame(packet);
    }
    Packet packet;

  private:
    std::vector<std::uint8_t> bytes_;
};

// Runs a match that has been read, keeping its state from call to call.
class Runner {
  public:
    explicit Runner(Extension extension) : extension_(std::move(extension)) {
        const Declaration& d = extension_.declaration();
        if (d.make_state != nullptr) state_ = d.make_state(extension_.parameters(), named_);
    }
    StepResult operator()(Context& context) {
        return extension_.declaration().step(extension_.parameters(), state_.get(), context);
    }

  private:
    Extension extension_;
    NamedStates named_;
    std::shared_ptr<void> state_;
};

}  // namespace gatehouse::rules::testing
