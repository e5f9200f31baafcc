// Helpers that a program brings: put where the engine's own are looked for.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <mutex>

#include "gatehouse/helper.h"
#include "helper/helper.h"
#include "packet/reason.h"
#include "track/helper_name.h"

namespace gatehouse::embed {

namespace {

static_assert(static_cast<std::uint8_t>(helper::Inspection::Next::refuse) ==
              static_cast<std::uint8_t>(Inspected::Next::drop));

constexpr std::size_t longest_name = 15;

// As a Formatter writes it; 0 if there is no room.
std::size_t write(const helper::Written& what, MutableBytes to) {
    const auto text = [&](const std::string& s) -> std::size_t {
        if (s.size() > to.size()) return 0;
        std::ranges::copy(s, to.begin());
        return s.size();
    };
    const helper::Endpoint& end = what.endpoint;
    const std::string address = to_string(end.address, end.family);
    const bool v4 = is_v4(end.family);
    switch (static_cast<Form>(what.style)) {
        case Form::address_text: return text(address);
        case Form::port_text: return text(fmt::format("{}", end.port));
        case Form::address_and_port_text:
            return text(v4 ? fmt::format("{}:{}", address, end.port)
                           : fmt::format("[{}]:{}", address, end.port));
        case Form::address_bytes: end.address.store(to.data(), end.family); return v4 ? 4 : 16;
        case Form::port_bytes: store_be16(to.data(), end.port); return 2;
    }
    return 0;
}

helper::Mention::Part part_of(Form form) {
    switch (form) {
        case Form::address_text:
        case Form::address_bytes: return helper::Mention::Part::address;
        case Form::port_text:
        case Form::port_bytes: return helper::Mention::Part::port;
        case Form::address_and_port_text: break;
    }
    return helper::Mention::Part::both;
}

class Collected final : public HelperFindings {
  public:
    Collected(const helper::Subject& subject, helper::Findings& findings, std::size_t size)
        : subject_(subject), findings_(findings), size_(size) {}

    unsigned expect(Transport transport, std::uint16_t port) override {
        return findings_.expect(helper::call_back(subject_, static_cast<std::uint8_t>(transport), port));
    }
    void mention(unsigned expected, std::size_t at, std::size_t length, Form form) override {
        if (expected >= findings_.expectations.size() || at > size_ || length > size_ - at || length == 0) {
            sound_ = false;
            return;
        }
        findings_.mention({.span = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length)},
                           .denotes = helper::Mention::Denotes::expected,
                           .part = part_of(form),
                           .expectation = static_cast<std::uint8_t>(expected),
                           .style = static_cast<std::uint8_t>(form),
                           .endpoint = findings_.expectations[expected].announced,
                           .write = write});
    }
    // Whether every mention was of something that is there.
    bool sound() const { return sound_; }

  private:
    const helper::Subject& subject_;
    helper::Findings& findings_;
    std::size_t size_;
    bool sound_ = true;
};

struct Brought {
    std::unique_ptr<Helper> user;
    std::string name;
    std::array<std::uint8_t, 1> protocols{};
    std::array<track::ExpectationPolicy, 1> policies{};
    helper::Helper ours{};
};

// In the order in which they were added, which is that of the names behind the engine's own.
struct Registry {
    std::mutex mutex;
    std::array<std::unique_ptr<Brought>, track::most_added_helpers> all;
    std::size_t count = 0;
};
Registry& registry() {
    static Registry one;
    return one;
}

helper::Inspection inspect(const helper::Reading& reading, helper::Subject& subject,
                           helper::Findings& findings) {
    const std::size_t place = subject.helper() - 1u;
    const Brought& brought = *registry().all[place - track::own_helper_names];
    Collected collected(subject, findings, reading.bytes.size());
    const auto said =
        brought.user->inspect(reading.bytes, subject.direction() == track::Direction::original, collected);
    helper::Inspection inspection{.next = static_cast<helper::Inspection::Next>(said.next),
                                  .taken = std::min(said.taken, reading.bytes.size())};
    if (!collected.sound()) inspection.next = helper::Inspection::Next::refuse;
    if (inspection.next == helper::Inspection::Next::refuse)
        inspection.why = {.reason = Reason::helper_malformed,
                          .numbers = {static_cast<std::uint32_t>(said.taken)}};
    return inspection;
}

bool is_name(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !name.empty() && name.size() <= longest_name &&
           name.find_first_not_of(letters) == std::string_view::npos;
}

}  // namespace

std::expected<void, std::string> add_helper(std::unique_ptr<Helper> user) {
    const auto wrong = [](std::string text) { return std::unexpected(std::move(text)); };
    if (!user) return wrong("there is no helper");
    auto brought = std::make_unique<Brought>();
    brought->name = user->name();
    if (!is_name(brought->name)) return wrong(fmt::format("`{}` can't be a helper's name", brought->name));
    brought->protocols = {static_cast<std::uint8_t>(user->transport())};
    brought->policies = {{{.most = static_cast<std::uint16_t>(std::clamp(user->most_expected(), 1u, 255u)),
                           .seconds = static_cast<std::uint16_t>(std::clamp(user->seconds(), 1u, 65'535u))}}};
    brought->ours = {
        .name = brought->name,
        .protocols = brought->protocols,
        .grain = user->transport() == Transport::udp ? helper::Grain::datagrams : helper::Grain::lines,
        .policies = brought->policies,
        .inspect = inspect};
    brought->user = std::move(user);
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    if (helper::find_helper(brought->name) != nullptr)
        return wrong(fmt::format("there is a helper `{}` already", brought->name));
    if (all.count == all.all.size()) return wrong(fmt::format("there are {} helpers already", all.count));
    Brought& kept = *(all.all[all.count++] = std::move(brought));
    helper::add_helper(kept.ours);
    track::add_helper_name({kept.name, kept.protocols[0]});
    return {};
}

}  // namespace gatehouse::embed
