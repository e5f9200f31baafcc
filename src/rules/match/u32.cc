// -m u32: words anywhere in the packet, found by a little calculation and held against ranges.
//
//     "6 & 0xFF = 1 && 0 >> 22 & 0x3C @ 0 >> 24 = 3:5,8"
//
// A test begins with the word at an offset from the network header, masks or shifts it, or (`@`) goes that
// far and takes the word at another offset from there. Numbers are C's. Linux's limits hold: ten tests, each
// with ten numbers and ten ranges.
#include <array>
#include <cctype>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t most = 10;

enum class Operator : std::uint8_t { mask, left, right, at };
constexpr std::string_view operator_words[] = {"&", "<<", ">>", "@"};

struct Operation {
    Operator what{};
    std::uint32_t number = 0;
    friend constexpr bool operator==(const Operation&, const Operation&) = default;
};

struct WordTest {
    std::uint32_t offset = 0;
    std::array<Operation, most - 1> operations{};
    std::array<Range<std::uint32_t>, most> ranges{};
    std::uint8_t operation_count = 0, range_count = 0;
    friend constexpr bool operator==(const WordTest&, const WordTest&) = default;

    bool passes(Bytes packet) const {
        const auto word_at = [&](std::uint64_t at) {
            return at + 4 <= packet.size() ? &packet[at] : nullptr;
        };
        std::uint64_t base = 0;
        const std::uint8_t* word = word_at(offset);
        if (word == nullptr) return false;
        std::uint32_t value = load_be32(word);
        for (const auto& [what, number] : std::span(operations).first(operation_count)) {
            switch (what) {
                case Operator::mask: value &= number; break;
                case Operator::left: value <<= number & 31; break;
                case Operator::right: value >>= number & 31; break;
                case Operator::at:
                    base += value;
                    word = word_at(base + number);
                    if (word == nullptr) return false;
                    value = load_be32(word);
                    break;
            }
        }
        for (const auto& range : std::span(ranges).first(range_count)) {
            if (range.contains(value)) return true;
        }
        return false;
    }
};

struct Program {
    std::array<WordTest, most> tests{};
    std::uint8_t count = 0;
    friend constexpr bool operator==(const Program&, const Program&) = default;
};

// Reads a program's text from its beginning on.
class Reader {
  public:
    explicit Reader(std::string_view text) : whole_(text), rest_(text) {}

    Result<Program> program() {
        Program program;
        do {
            if (program.count == most) return too_many("tests");
            if (auto done = test(program.tests[program.count++]); !done) return std::unexpected(done.error());
        } while (take("&&"));
        if (!rest_.empty()) return expected("`&&` or the end");
        return program;
    }

  private:
    Result<void> test(WordTest& test) {
        const auto offset = number();
        if (!offset) return std::unexpected(offset.error());
        test.offset = *offset;
        while (!take("=")) {
            const auto what = operation();
            if (!what) return expected("an operator or `=`");
            if (test.operation_count == test.operations.size()) return too_many("numbers");
            const auto operand = number();
            if (!operand) return std::unexpected(operand.error());
            test.operations[test.operation_count++] = {*what, *operand};
        }
        do {
            if (test.range_count == most) return too_many("ranges");
            const auto low = number();
            if (!low) return std::unexpected(low.error());
            const auto high = take(":") ? number() : low;
            if (!high) return std::unexpected(high.error());
            test.ranges[test.range_count++] = {*low, *high};
        } while (take(","));
        return {};
    }

    std::optional<Operator> operation() {
        skip_space();
        if (rest_.starts_with("&&")) return {};
        for (unsigned i = 0; i < std::size(operator_words); ++i) {
            if (take(operator_words[i])) return static_cast<Operator>(i);
        }
        return {};
    }

    Result<std::uint32_t> number() {
        skip_space();
        const std::size_t length =
            std::min(rest_.find_first_not_of("0123456789abcdefABCDEFxX"), rest_.size());
        const auto value = parse_number(rest_.substr(0, length), 0xffffffff);
        if (!value) return expected("a number");
        rest_.remove_prefix(length);
        return static_cast<std::uint32_t>(*value);
    }

    bool take(std::string_view word) {
        skip_space();
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void skip_space() {
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0)
            rest_.remove_prefix(1);
    }
    std::unexpected<Error> expected(std::string_view what) const {
        return fail(fmt::format("expected {} at character {} of `{}`", what, whole_.size() - rest_.size() + 1,
                                whole_));
    }
    static std::unexpected<Error> too_many(std::string_view what) {
        return fail(fmt::format("too many {}: {} at most", what, most));
    }

    std::string_view whole_, rest_;
};

struct ProgramValue {
    using type = Program;
    static constexpr int word_count = 1;
    std::string_view metavar = "tests";
    Result<type> read(Words words, Family) const { return Reader(words[0]).program(); }
    void print(std::string& out, const type& program, Family) const {
        out += '"';
        for (unsigned i = 0; i < program.count; ++i) {
            const WordTest& test = program.tests[i];
            out += fmt::format("{}{:#x}", i == 0 ? "" : "&&", test.offset);
            for (const auto& [what, number] : std::span(test.operations).first(test.operation_count))
                out += fmt::format("{}{:#x}", operator_words[static_cast<unsigned>(what)], number);
            for (unsigned r = 0; r < test.range_count; ++r) {
                const auto [low, high] = test.ranges[r];
                out += fmt::format("{}{:#x}", r == 0 ? '=' : ',', low);
                if (low != high) out += fmt::format(":{:#x}", high);
            }
        }
        out += '"';
    }
};

struct U32 {
    Opt<Program> program;
    friend bool operator==(const U32&, const U32&) = default;

    static constexpr std::tuple options{
        option<&U32::program>(
            "u32", ProgramValue{},
            {.help = "each test finds its word in one of its ranges: OFFSET [& << >> @ NUMBER]... = "
                     "FROM[:TO],... && ...",
             .invertible = true,
             .required = true}),
    };

    bool test(const Context& context) const {
        const Bytes packet = context.packet.network();
        bool hit = true;
        for (const auto& test : std::span(program->tests).first(program->count))
            hit = hit && test.passes(packet);
        return program.passes(hit);
    }

    void list(std::string& out, Family family, bool) const {
        out += program.inverted ? "u32 ! " : "u32 ";
        ProgramValue{}.print(out, *program, family);
    }
};

}  // namespace

extern constinit const Declaration match_u32 =
    declare_match<U32>({.name = "u32",
                        .help = "words anywhere in the packet",
                        .reads = reads_header | reads_flags | reads_payload});

}  // namespace gatehouse::rules
