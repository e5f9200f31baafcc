// Commands that helpers wait for, cut into segments at every byte: in order and out of it, overlapping, sent
// again with other cuts, by senders that wait for acknowledgments and through a net that loses them; with NAT
// that makes what they mention longer, shorter, or leaves its length. Whoever gets them must get the same
// bytes as from an uncut run, a command that is never ended as it was said, and nothing may stay held.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>

#include "conversation.h"

namespace gatehouse::triggers {
namespace {

struct Translation {
    const char* name;
    const char* address;
};
constexpr Translation translations4[] = {
    {"lengthens", "203.0.113.77"}, {"keeps", "10.9.9.9"}, {"shortens", "1.2.3.4"}};
constexpr Translation translations6[] = {
    {"lengthens", "2001:db8:7:7:7:7:7:7"}, {"keeps", "fd00:7::7"}, {"shortens", "fc00::7"}};

// What is cut in two at `cut`.
std::vector<Plan> plans(std::size_t cut, std::size_t size) {
    const std::size_t back = std::max<std::size_t>(cut, 3) - 3, forth = std::min(cut + 3, size);
    return {
        {"in order", {{0, cut}, {cut, size}}},
        {"reversed", {{cut, size}, {0, cut}}},
        {"overlapping", {{0, forth}, {back, size}}},
        {"sent again", {{0, cut}, {0, cut}, {cut, size}, {cut, size}, {0, size}}},
        {"sent again with other cuts", {{0, size}, {back, forth}, {0, back}, {forth, size}, {cut, size}}},
        {"in three", {{0, back}, {back, cut}, {cut, size}}},
        {"in three, reversed", {{cut, size}, {back, cut}, {0, back}}},
        {"first lost before it comes", {{cut, size}, {0, size}}},
        {"waiting for acknowledgments", {{0, cut}, {cut, size}}, true},
        {"in three, waiting", {{0, back}, {back, cut}, {cut, size}}, true},
        {"waiting, lost once", {{0, cut}, {cut, size}}, true, 1},
        {"lost twice", {{0, cut}, {cut, size}}, false, 2},
        {"waiting, lost thrice", {{0, cut}, {cut, size}}, true, 3},
    };
}
std::vector<Plan> endings(std::size_t cut) {
    return {
        {"never ended", {{0, cut}}, false, 0, Plan::End::silence},
        {"never ended, waiting", {{0, cut}}, true, 0, Plan::End::silence},
        {"ended by FIN", {{0, cut}}, false, 0, Plan::End::fin},
        {"ended by RST", {{0, cut}}, false, 0, Plan::End::rst},
    };
}

std::string rules(const Trigger& trigger, const Translation& translation) {
    const std::string nat =
        trigger.by_client
            ? fmt::format("-A POSTROUTING -o wan -j SNAT --to-source {}", translation.address)
            : fmt::format("-A PREROUTING -i wan -d {} -j DNAT --to-destination {}", translation.address,
                          to_string(inside(trigger.family), trigger.family));
    return fmt::format(
        "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport {} -j CT --helper {}\nCOMMIT\n"
        "*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n{}\nCOMMIT\n",
        trigger.port, trigger.helper, nat);
}

std::string shown(const std::string& text) {
    std::string all;
    for (const char c : text)
        all +=
            c >= 0x20 && c < 0x7f ? std::string(1, c) : fmt::format("<{:02x}>", static_cast<std::uint8_t>(c));
    return all;
}

struct Tally {
    std::size_t run = 0, wrong = 0;
};

class Matrix {
  public:
    Matrix(std::vector<Setting> settings, bool waits, bool verbose)
        : settings_(std::move(settings)), waits_(waits), verbose_(verbose) {}

    bool run(const Trigger& trigger, const Translation& translation, std::size_t step, Tally& tally) {
        auto router = Router::make(trigger.family, rules(trigger, translation), settings_);
        if (!router) {
            std::fprintf(stderr, "%s\n", router.error().text().c_str());
            return false;
        }
        router_ = router->get();
        known_as_ = *parse_address(translation.address, trigger.family);
        const std::size_t size = trigger.command.size();
        const auto whole = converse(trigger, {"uncut", {{0, size}}});
        if (!fault_.empty()) {
            std::fprintf(stderr, "%s, %s: not even uncut: %s\n", trigger.name.c_str(), translation.name,
                         fault_.c_str());
            ++tally.wrong;
            return true;
        }
        const auto judge = [&](const Plan& plan, std::size_t cut, const std::string& expected) {
            if (plan.waits && !waits_) return;
            ++tally.run;
            const std::string got = converse(trigger, plan);
            if (got != expected && fault_.empty()) {
                fault_ = "other bytes than those of an uncut run";
                if (verbose_) std::printf("want %s\ngot  %s\n", shown(expected).c_str(), shown(got).c_str());
            }
            if (fault_.empty()) return;
            ++tally.wrong;
            if (verbose_)
                std::printf("%s, NAT %s, cut at %zu, %s: %s\n", trigger.name.c_str(), translation.name, cut,
                            plan.name.c_str(), fault_.c_str());
        };
        for (std::size_t cut = 1; cut < size; cut += step) {
            for (const Plan& plan : plans(cut, size)) judge(plan, cut, whole);
            const std::string left = unended(trigger, cut);
            for (const Plan& plan : endings(cut)) judge(plan, cut, left);
        }
        return true;
    }

  private:
    // What comes of the command's beginning: lines that are whole as if they were all, and the rest as it was
    // said.
    std::string unended(const Trigger& trigger, std::size_t cut) {
        const std::size_t line = trigger.of_lines ? trigger.command.rfind('\n', cut - 1) : std::string::npos;
        if (line == std::string::npos) return trigger.before + trigger.command.substr(0, cut);
        return converse(trigger, {"lines", {{0, line + 1}}, false, 0, Plan::End::silence}) +
               trigger.command.substr(line + 1, cut - line - 1);
    }
    std::string converse(const Trigger& trigger, const Plan& plan) {
        Conversation conversation(*router_, trigger, known_as_, port_);
        std::string got = conversation.run(plan);
        fault_ = conversation.fault();
        return got;
    }

    std::vector<Setting> settings_;
    bool waits_, verbose_;
    Router* router_ = nullptr;
    Address known_as_{};
    static constexpr std::uint16_t port_ = 20'000;
    std::string fault_;
};

struct Mode {
    const char* name;
    std::vector<Setting> settings;
    bool waits;   // senders that wait are answered
    bool judged;  // else the number that come as uncut is shown, and held against nobody
};

int run(int argc, char** argv) {
    CLI::App app("Helpers' commands cut at every byte, through NAT");
    std::size_t step = 1;
    bool verbose = false;
    std::string only;
    app.add_option("--step", step, "cut at every so many bytes")->check(CLI::Range(1, 1000));
    app.add_option("--only", only, "triggers whose name has this in it");
    app.add_flag("-v", verbose, "tell each that is wrong");
    CLI11_PARSE(app, argc, argv);
    const Mode modes[] = {{"hold", {}, true, true},
                          {"hold, no custody", {{"helper.custody", "0"}}, false, true},
                          {"drop", {{"helper.mode", "drop"}}, false, false}};
    Tally judged;
    for (const Mode& mode : modes) {
        Matrix matrix(mode.settings, mode.waits, verbose && mode.judged);
        for (const Trigger& trigger : all_triggers()) {
            if (trigger.name.find(only) == std::string::npos) continue;
            Tally tally;
            for (const Translation& translation :
                 is_v4(trigger.family) ? std::span(translations4) : std::span(translations6)) {
                if (!matrix.run(trigger, translation, step, tally)) return 2;
            }
            std::printf("%-17s %-16s %6zu run, %6zu %s\n", mode.name, trigger.name.c_str(), tally.run,
                        tally.wrong, mode.judged ? "wrong" : "not as uncut");
            if (!mode.judged) continue;
            judged.run += tally.run;
            judged.wrong += tally.wrong;
        }
    }
    std::printf("%zu run, %zu wrong\n", judged.run, judged.wrong);
    return judged.wrong == 0 && judged.run > 0 ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::triggers

int main(int argc, char** argv) { return gatehouse::triggers::run(argc, argv); }
