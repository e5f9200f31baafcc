// The library's C face: no exception leaves it.
#include <algorithm>
#include <cstring>
#include <new>

#include "gatehouse/firewall.h"
#include "gatehouse/gatehouse.h"

using namespace gatehouse::embed;

namespace {

int refuse(std::string_view what, char* error, std::size_t size) {
    if (error != nullptr && size > 0) {
        const std::size_t length = std::min(what.size(), size - 1);
        std::memcpy(error, what.data(), length);
        error[length] = '\0';
    }
    return -1;
}

Frame frame_of(const gatehouse_frame& frame) {
    return {.interface = frame.interface == nullptr ? "" : frame.interface,
            .bytes = {frame.bytes, frame.length},
            .time = frame.time,
            .mark = frame.mark,
            .cookie = frame.cookie};
}

// A completion for C, with the texts that it points to.
class Shown {
  public:
    const gatehouse_completion& show(const Completion& c) {
        interface_ = c.interface;
        reason_ = c.reason;
        explanation_ = c.reason == "none" ? std::string() : explain(c);
        table_ = c.table;
        chain_ = c.chain;
        shown_ = {.cookie = c.cookie,
                  .verdict = static_cast<gatehouse_verdict>(c.verdict),
                  .interface = interface_.c_str(),
                  .bytes = c.bytes.data(),
                  .length = c.bytes.size(),
                  .mark = c.mark,
                  .changed = c.changed,
                  .reason = reason_.c_str(),
                  .explanation = explanation_.c_str(),
                  .table = table_.c_str(),
                  .chain = chain_.c_str(),
                  .rule = c.rule};
        return shown_;
    }

  private:
    gatehouse_completion shown_{};
    std::string interface_, reason_, explanation_, table_, chain_;
};

class Callbacks final : public Handler {
  public:
    explicit Callbacks(const gatehouse_callbacks& callbacks) : c_(callbacks) {}

    void completed(const Completion& completion) override { c_.completed(c_.user, &shown_.show(completion)); }
    void made(std::string_view interface, Bytes frame, std::uint64_t cookie) override {
        if (c_.made != nullptr)
            c_.made(c_.user, std::string(interface).c_str(), frame.data(), frame.size(), cookie);
    }
    void waits(Token token, std::uint16_t queue, Bytes packet, std::uint64_t cookie) override {
        if (c_.waits != nullptr) c_.waits(c_.user, token, queue, packet.data(), packet.size(), cookie);
    }
    bool reads_queue(std::uint16_t queue) override {
        return c_.reads_queue != nullptr && c_.waits != nullptr && c_.reads_queue(c_.user, queue) != 0;
    }
    bool takes(Bytes packet) override {
        return c_.takes != nullptr && c_.takes(c_.user, packet.data(), packet.size()) != 0;
    }
    void logged(std::string_view line) override {
        if (c_.logged != nullptr) c_.logged(c_.user, std::string(line).c_str());
    }

  private:
    gatehouse_callbacks c_;
    Shown shown_;
};

}  // namespace

struct gatehouse_firewall {
    explicit gatehouse_firewall(const gatehouse_callbacks& callbacks) : handler(callbacks) {}
    Callbacks handler;
    Shown hooked;
    std::optional<Firewall> firewall;  // goes first
};

const char* gatehouse_version(void) { return GATEHOUSE_VERSION; }

gatehouse_firewall* gatehouse_new(const char* network, const gatehouse_callbacks* callbacks, char* error,
                                  size_t error_size) try {
    if (network == nullptr || callbacks == nullptr || callbacks->completed == nullptr) {
        refuse("a network and the callback `completed` are needed", error, error_size);
        return nullptr;
    }
    auto made = std::make_unique<gatehouse_firewall>(*callbacks);
    auto firewall = Firewall::make(network, made->handler);
    if (!firewall) {
        refuse(firewall.error(), error, error_size);
        return nullptr;
    }
    made->firewall.emplace(std::move(*firewall));
    return made.release();
} catch (const std::bad_alloc&) {
    refuse("out of memory", error, error_size);
    return nullptr;
}

void gatehouse_free(gatehouse_firewall* it) { delete it; }

int gatehouse_load(gatehouse_firewall* it, enum gatehouse_family family, const char* rules, char* error,
                   size_t error_size) try {
    if (family != GATEHOUSE_IPV4 && family != GATEHOUSE_IPV6)
        return refuse("no such family", error, error_size);
    const auto loaded = it->firewall->load(family == GATEHOUSE_IPV4 ? Family::ipv4 : Family::ipv6, rules);
    return loaded ? 0 : refuse(loaded.error(), error, error_size);
} catch (const std::bad_alloc&) {
    return refuse("out of memory", error, error_size);
}

int gatehouse_receive(gatehouse_firewall* it, const gatehouse_frame* frame) {
    return it->firewall->receive(frame_of(*frame)) ? 0 : -1;
}

int gatehouse_send(gatehouse_firewall* it, const gatehouse_frame* packet) {
    return it->firewall->send(frame_of(*packet)) ? 0 : -1;
}

int gatehouse_run_hook(gatehouse_firewall* it, enum gatehouse_hook hook, const gatehouse_frame* packet,
                       const char* out, gatehouse_completion* result, char* error, size_t error_size) {
    const auto said =
        it->firewall->run_hook(static_cast<Hook>(hook), frame_of(*packet), out == nullptr ? "" : out);
    if (!said) return refuse(said.error(), error, error_size);
    if (result != nullptr) *result = it->hooked.show(said->details);
    return static_cast<int>(said->verdict);
}

int gatehouse_resume(gatehouse_firewall* it, uint64_t token, enum gatehouse_resume_verdict verdict,
                     const uint32_t* mark, const uint8_t* packet, size_t length) {
    Resume how{.verdict = static_cast<Resume::Verdict>(verdict)};
    if (mark != nullptr) how.mark = *mark;
    if (packet != nullptr) how.packet = Bytes(packet, length);
    return it->firewall->resume(token, how) ? 0 : -1;
}

void gatehouse_advance(gatehouse_firewall* it, int64_t now) { it->firewall->advance(now); }
