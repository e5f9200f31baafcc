// -m realm: the realm of the packet's route.
//
// Routes have no realms here, which is realm 0, as in a Linux whose routes were given none.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// "0x1/0x2a", or a realm's name: of Debian's, cosmos, which is 0.
struct RealmValue {
    using type = Masked;
    static constexpr int word_count = 1;
    static constexpr std::string_view zero = "cosmos";
    std::string_view metavar = "value[/mask]";
    Result<type> read(Words words, Family family) const {
        if (words[0] == zero) return Masked{};
        return value::MaskedNumber{}.read(words, family);
    }
    void print(std::string& out, const type& v, Family) const { print(out, v, false); }
    static void print(std::string& out, const Masked& v, bool numeric) {
        const bool whole = v.mask == 0xffffffff;
        if (whole && v.value == 0 && !numeric) {
            out += zero;
        } else {
            out += fmt::format("{:#x}", v.value);
            if (!whole) out += fmt::format("/{:#x}", v.mask);
        }
    }
};

struct Realm {
    Opt<Masked> realm;
    friend bool operator==(const Realm&, const Realm&) = default;

    static constexpr std::tuple options{
        option<&Realm::realm>("realm", RealmValue{},
                              {.help = "the route's realm under the mask; no route here has one but 0",
                               .invertible = true,
                               .required = true}),
    };

    bool test(const Context&) const { return realm.passes(realm->value == 0); }

    void list(std::string& out, Family, bool numeric) const {
        out += realm.inverted ? "! realm " : "realm ";
        RealmValue::print(out, *realm, numeric);
    }
};

}  // namespace

extern constinit const Declaration match_realm =
    declare_match<Realm>({.name = "realm",
                          .families = v4_only,
                          .hooks = all_hooks & ~bit(Hook::prerouting),
                          .help = "the realm of the packet's route"});

}  // namespace gatehouse::rules
