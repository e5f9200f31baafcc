// Options of an extension: declared once as typed members, used everywhere through the erased OptionInfo.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "rules/value.h"

namespace gatehouse::rules {

// The value of an option in an extension's parameters: whether it was given, and whether with a `!`.
template <class T>
struct Opt {
    T value{};
    bool set = false;
    bool inverted = false;

    constexpr explicit operator bool() const { return set; }
    constexpr const T& operator*() const { return value; }
    constexpr const T* operator->() const { return &value; }
    // What a test's answer `hit` means under this option: true when absent, turned round when inverted.
    constexpr bool passes(bool hit) const { return !set || hit != inverted; }
    friend bool operator==(const Opt&, const Opt&) = default;
};

// An option without a value.
struct Nothing {
    friend constexpr bool operator==(Nothing, Nothing) = default;
};
using Flag = Opt<Nothing>;

namespace value {
struct None {
    using type = Nothing;
    static constexpr int word_count = 0;
    std::string_view metavar = {};
    Result<type> read(Words, Family) const { return Nothing{}; }
    void print(std::string&, const type&, Family) const {}
};

// An option that ends the options said so far, of which P::next() makes one element of a list: the options
// behind it are the next element's. It may be given again and again.
struct Next : None {};
}  // namespace value

// What may be said of an option beside its name and type.
struct OptionTraits {
    std::string_view alias = {};  // a second spelling
    std::string_view help = {};
    bool invertible = false;  // takes a `!`
    bool required = false;
    bool input_only = false;        // another spelling of a value that a different option prints
    std::uint32_t group = 0;        // options of one group (a bit each) exclude one another
    std::uint32_t needs_group = 0;  // some option of these groups must be given, too
    bool behind = false;            // ... and stand before this one
};

// One option, with its types erased. `parameters` points to the extension's parameter struct.
struct OptionInfo {
    std::string_view name;
    std::string_view metavar;
    int words = 0;
    OptionTraits traits;
    // What a number may be, and the names that stand for numbers, for help; absent where they say nothing.
    Range<std::uint64_t> bounds{};
    std::span<const value::Name> names{};
    Result<void> (*read)(void* parameters, Words words, bool inverted, Family family) = nullptr;
    bool (*present)(const void* parameters) = nullptr;
    bool (*inverted)(const void* parameters) = nullptr;
    // Appends the value alone, as iptables-save prints it.
    void (*print)(const void* parameters, std::string& out, Family family) = nullptr;
    // Whether save shows it: present, not input_only, and not hidden because it equals the default.
    bool (*shown)(const void* parameters) = nullptr;
};

template <auto Member, class Type, class Hide>
struct TypedOption {
    std::string_view name;
    Type type;
    OptionTraits traits;
    Hide hide;
};

struct NeverHide {
    template <class P>
    constexpr bool operator()(const P&) const {
        return false;
    }
};

// Keeps a range of all ports out of save, as iptables does even when it is inverted.
template <auto Member>
struct HideAllPorts {
    template <class P>
    constexpr bool operator()(const P& parameters) const {
        return (parameters.*Member).value == PortRange{0, 65535};
    }
};

// Declares that option `--name` reads a value of `type` into P::*Member. `hide(parameters)` keeps it out of
// save.
template <auto Member, class Type, class Hide = NeverHide>
constexpr auto option(std::string_view name, Type type, OptionTraits traits = {}, Hide hide = {}) {
    return TypedOption<Member, Type, Hide>{name, type, traits, hide};
}

// An option without a value.
template <auto Member>
constexpr auto flag(std::string_view name, OptionTraits traits = {}) {
    return TypedOption<Member, value::None, NeverHide>{name, {}, traits, {}};
}

namespace detail {

// Every type whose `max` bounds a number reads numbers; that of a text bounds its length.
template <class Type>
constexpr Range<std::uint64_t> bounds_of(const Type& type) {
    if constexpr (std::is_convertible_v<Type, value::Ports>) {
        return {0, 0xffff};
    } else if constexpr (requires { type.max; } && !std::is_same_v<typename Type::type, std::string>) {
        std::uint64_t low = 0;
        if constexpr (requires { type.min; }) low = type.min;
        bool numbers = true;
        if constexpr (requires { type.numbers; }) numbers = type.numbers;
        return numbers ? Range<std::uint64_t>{low, type.max} : Range<std::uint64_t>{};
    } else {
        return {};
    }
}

template <class Type>
constexpr std::span<const value::Name> names_of(const Type& type) {
    if constexpr (requires { std::span<const value::Name>(type.names); }) {
        return type.names;
    } else {
        return {};
    }
}

template <class P, auto Member, class Type, class Hide, std::size_t I>
constexpr OptionInfo erase(const TypedOption<Member, Type, Hide>& o) {
    return OptionInfo{
        .name = o.name,
        .metavar = o.type.metavar,
        .words = Type::word_count,
        .traits = o.traits,
        .bounds = bounds_of(o.type),
        .names = names_of(o.type),
        .read = [](void* p, Words words, bool inverted, Family family) -> Result<void> {
            if constexpr (std::is_same_v<Type, value::Next>) return static_cast<P*>(p)->next();
            auto value = std::get<I>(P::options).type.read(words, family);
            if (!value) return std::unexpected(std::move(value).error());
            auto& field = static_cast<P*>(p)->*Member;
            field.value = std::move(*value);
            field.set = true;
            field.inverted = inverted;
            return {};
        },
        .present = [](const void* p) { return (static_cast<const P*>(p)->*Member).set; },
        .inverted = [](const void* p) { return (static_cast<const P*>(p)->*Member).inverted; },
        .print =
            [](const void* p, std::string& out, Family family) {
                std::get<I>(P::options).type.print(out, (static_cast<const P*>(p)->*Member).value, family);
            },
        .shown =
            [](const void* p) {
                const auto& declared = std::get<I>(P::options);
                const P& parameters = *static_cast<const P*>(p);
                return (parameters.*Member).set && !declared.traits.input_only && !declared.hide(parameters);
            },
    };
}

template <class P, std::size_t... I>
constexpr auto erase_all(std::index_sequence<I...>) {
    return std::array<OptionInfo, sizeof...(I)>{
        []<auto M, class T, class H, std::size_t N>(const TypedOption<M, T, H>& o,
                                                    std::integral_constant<std::size_t, N>) {
            return erase<P, M, T, H, N>(o);
        }(std::get<I>(P::options), std::integral_constant<std::size_t, I>{})...};
}

// The erased options of P, one static array for each extension.
template <class P>
constexpr auto options_of = erase_all<P>(std::make_index_sequence<std::tuple_size_v<decltype(P::options)>>{});

}  // namespace detail
}  // namespace gatehouse::rules
