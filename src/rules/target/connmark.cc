// -j CONNMARK: sets the connection's mark, or copies it from or to the packet's.
#include <fmt/format.h>

#include "packet/edit.h"
#include "rules/declaration.h"
#include "rules/seen.h"
#include "rules/value/xmark.h"

namespace gatehouse::rules {

namespace {

constexpr value::Number mask_value{.metavar = "mask"};
constexpr value::Number shift_value{.max = 31, .metavar = "bits"};

enum Group : std::uint32_t { operation = 1, shift = 2 };

struct ConnMark {
    Opt<Masked> xmark;
    Flag save_mark, restore_mark;
    Opt<std::uint32_t> nfmask{.value = 0xffffffff}, ctmask{.value = 0xffffffff}, mask, left, right;
    friend bool operator==(const ConnMark& a, const ConnMark& b) {
        std::string one, other;
        a.save(one, Family::ipv4);
        b.save(other, Family::ipv4);
        return one == other;
    }

    static constexpr std::tuple options{
        option<&ConnMark::xmark>(
            "set-xmark", value::XmarkValue{},
            {.help = "clears the bits of the mask, then toggles those of the value", .group = operation}),
        option<&ConnMark::xmark>(
            "set-mark", value::SetMarkValue{},
            {.help = "sets the bits of the mask to the value's", .input_only = true, .group = operation}),
        option<&ConnMark::xmark>("and-mark", value::MarkBits<value::Bits::keep>{},
                                 {.help = "keeps these bits", .input_only = true, .group = operation}),
        option<&ConnMark::xmark>("or-mark", value::MarkBits<value::Bits::set>{},
                                 {.help = "sets these bits", .input_only = true, .group = operation}),
        option<&ConnMark::xmark>("xor-mark", value::MarkBits<value::Bits::toggle>{},
                                 {.help = "toggles these bits", .input_only = true, .group = operation}),
        flag<&ConnMark::save_mark>(
            "save-mark", {.help = "copies the packet's mark to the connection", .group = operation}),
        flag<&ConnMark::restore_mark>(
            "restore-mark", {.help = "copies the connection's mark to the packet", .group = operation}),
        option<&ConnMark::nfmask>("nfmask", mask_value, {.help = "the bits of the packet's mark"}),
        option<&ConnMark::ctmask>("ctmask", mask_value, {.help = "the bits of the connection's mark"}),
        option<&ConnMark::mask>("mask", mask_value, {.help = "both masks at once", .input_only = true}),
        option<&ConnMark::left>("left-shift-mark", shift_value,
                                {.help = "shifts the mark to the left", .group = shift}),
        option<&ConnMark::right>("right-shift-mark", shift_value,
                                 {.help = "shifts the mark to the right", .group = shift}),
    };

    Result<void> check(const Facts& facts) {
        if (xmark && (nfmask || ctmask))
            return fail("`--nfmask` and `--ctmask` go with `--save-mark` or `--restore-mark`");
        if (mask && (nfmask || ctmask)) return fail("`--mask` excludes `--nfmask` and `--ctmask`");
        if (mask) {
            if (xmark && mask_comes_last(*facts.given)) xmark.value.mask = *mask;
            nfmask.value = ctmask.value = *mask;
        }
        return {};
    }

    // A value that is set behind `--mask` brings a mask of its own, as iptables has it.
    static bool mask_comes_last(const std::vector<const OptionInfo*>& given) {
        bool last = false;
        for (const auto* option : given) {
            if (option->name == "mask") last = true;
            if ((option->traits.group & operation) != 0) last = false;
        }
        return last;
    }

    Outcome act(Context& context) const {
        const auto at = seen(context);
        if (at.entry == nullptr) return Outcome::next;
        Packet& packet = context.packet;
        const std::uint32_t mine = packet.mark.value, connections = at.entry->mark;
        if (restore_mark) {
            edit::set_mark(packet, {(mine & ~*nfmask) ^ shifted(connections & *ctmask)});
            return Outcome::next;
        }
        const std::uint32_t wanted = save_mark ? (connections & ~*ctmask) ^ shifted(mine & *nfmask)
                                               : shifted((connections & ~xmark->mask) ^ xmark->value);
        if (wanted != connections) context.services.tracking->set_mark(at, wanted);
        return Outcome::next;
    }

    void save(std::string& out, Family) const {
        if (xmark) {
            out += fmt::format(" --set-xmark {:#x}/{:#x}", xmark->value, xmark->mask);
        } else {
            out += fmt::format(" --{}-mark --nfmask {:#x} --ctmask {:#x}", save_mark ? "save" : "restore",
                               *nfmask, *ctmask);
        }
        shifts(out, " --");
    }

    void list(std::string& out, Family, bool) const {
        if (xmark) {
            value::list_xmark(out, "CONNMARK", *xmark);
        } else {
            out += save_mark ? "CONNMARK save" : "CONNMARK restore";
            if (*nfmask != *ctmask) {
                out += save_mark ? fmt::format(" nfmask {:#x} ctmask ~{:#x}", *nfmask, *ctmask)
                                 : fmt::format(" ctmask {:#x} nfmask ~{:#x}", *ctmask, *nfmask);
            } else if (*nfmask != 0xffffffff) {
                out += fmt::format(" mask {:#x}", *nfmask);
            }
        }
        shifts(out, " ");
    }

  private:
    std::uint32_t shifted(std::uint32_t mark_bits) const {
        return right ? mark_bits >> *right : left ? mark_bits << *left : mark_bits;
    }
    void shifts(std::string& out, std::string_view lead) const {
        if (left && *left != 0) out += fmt::format("{}left-shift-mark {}", lead, *left);
        if (right && *right != 0) out += fmt::format("{}right-shift-mark {}", lead, *right);
    }
};

}  // namespace

extern constinit const Declaration target_connmark =
    declare_target<ConnMark>({.name = "CONNMARK",
                              .help = "sets or copies the connection's mark",
                              .reads = reads_connection | reads_mark,
                              .does = does_alter_packet | does_alter_connection,
                              .need = Need::tracking,
                              .required_groups = operation});

}  // namespace gatehouse::rules
