#include "rules/spine_chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <ranges>

#include "rules/spine.h"

namespace gatehouse::rules {

namespace {

constexpr std::array<std::uint8_t, 8> address_words = {0, 1, 5, 6, 7, 8, 9, 10};

// Where a field stands among the key's words.
struct Place {
    unsigned word, shift;
};
constexpr std::array<Place, field_count> places = {{{key_word::interfaces, 0},
                                                    {key_word::interfaces, 16},
                                                    {key_word::protocol, 0},
                                                    {key_word::ports, 0},
                                                    {key_word::ports, 16}}};

template <class T>
void shift_up(std::array<T, chunk_rules>& row, unsigned at, unsigned count) {
    std::copy_backward(row.begin() + at, row.begin() + count, row.begin() + count + 1);
}
template <class T>
void shift_down(std::array<T, chunk_rules>& row, unsigned at, unsigned count) {
    std::copy(row.begin() + at + 1, row.begin() + count, row.begin() + at);
}
constexpr std::uint64_t below(unsigned n) {
    return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

// Roughly how many of the values are a repetition of another.
class Repeats {
  public:
    void add(std::uint32_t value) {
        const std::uint32_t h = value * 0x9e3779b1u >> 24;
        seen_[h / 64] |= std::uint64_t{1} << h % 64;
        ++count_;
    }
    unsigned count() const {
        int distinct = 0;
        for (const auto word : seen_) distinct += std::popcount(word);
        return count_ - static_cast<unsigned>(distinct);
    }

  private:
    std::array<std::uint64_t, 4> seen_{};
    unsigned count_ = 0;
};

// What all alive rules ask of a word or field, and what it takes to ask the rest.
struct Summary {
    std::uint32_t common = 0;  // the bits that all ask alike
    std::uint32_t value = 0;   // their value
    bool column = false;
    Column::Kind kind{};
    std::uint32_t mask = 0;
    unsigned rank = 0;  // the lower, the fewer candidates are likely to be left for the work
};

Summary look_at_word(const ChunkImage& image, unsigned word) {
    std::uint32_t all = ~0u, any = 0, differ = 0;
    const std::uint32_t first = image.value[word][static_cast<unsigned>(std::countr_zero(image.alive))];
    Repeats repeats;
    unsigned open = 0;
    for (std::uint64_t left = image.alive; left != 0; left &= left - 1) {
        const auto i = static_cast<unsigned>(std::countr_zero(left));
        const std::uint32_t mask = image.mask[word][i];
        all &= mask;
        any |= mask;
        differ |= image.value[word][i] ^ first;
        if (mask == 0) {
            ++open;
        } else {
            repeats.add(image.value[word][i]);
        }
    }
    const bool same_mask = all == any;
    return {.common = all & ~differ,
            .value = first & all & ~differ,
            .column = any != (all & ~differ),
            .kind = same_mask ? Column::Kind::word : Column::Kind::word_mask,
            .mask = all,
            .rank = 8 * open + 2 * repeats.count() + (same_mask ? 4 : 8)};
}

Summary look_at_field(const ChunkImage& image, unsigned field) {
    constexpr std::uint32_t all_bits = 0xffff, wide = 0x4000;
    std::uint32_t all = all_bits, differ = 0;
    const std::uint32_t first = image.low[field][static_cast<unsigned>(std::countr_zero(image.alive))];
    Repeats repeats;
    unsigned open = 0;
    bool exact = true, constrained = false;
    for (std::uint64_t left = image.alive; left != 0; left &= left - 1) {
        const auto i = static_cast<unsigned>(std::countr_zero(left));
        const std::uint32_t low = image.low[field][i], span = image.span[field][i];
        // The leading bits in which both ends of the range agree.
        all &= all_bits & ~((1u << std::bit_width(low ^ (low + span))) - 1);
        differ |= low ^ first;
        exact &= span == 0;
        constrained |= span != all_bits;
        if (span >= wide) {
            ++open;
        } else {
            repeats.add(low);
        }
    }
    const std::uint32_t common = all & ~differ;
    return {.common = common,
            .value = first & common,
            .column = constrained && common != all_bits,
            .kind = exact ? Column::Kind::half : Column::Kind::half_span,
            .rank = 8 * open + 2 * repeats.count() + (exact ? 2 : 4)};
}

// A column to be, and the rows that fill it.
struct Planned {
    Column column;
    unsigned rank;
};

template <class T>
void store(std::byte* to, const std::array<T, chunk_rules>& row, unsigned places_used) {
    std::memcpy(to, row.data(), places_used * sizeof(T));
}
template <class T>
void load(const std::byte* from, std::array<T, chunk_rules>& row, unsigned places_used) {
    std::memcpy(row.data(), from, places_used * sizeof(T));
}

constexpr unsigned bytes_each(Column::Kind kind) {
    switch (kind) {
        case Column::Kind::word: return 4;
        case Column::Kind::word_mask: return 8;
        case Column::Kind::half: return 2;
        case Column::Kind::half_span: return 4;
    }
    return 0;
}

}  // namespace

void ChunkImage::set(unsigned at, RuleNode* node, const Packed& packed) {
    for (unsigned i = 0; i < 4; ++i) {
        value[key_word::source_at(i)][at] = packed.source.address.words[i];
        mask[key_word::source_at(i)][at] = packed.source.mask.words[i];
        value[key_word::destination_at(i)][at] = packed.destination.address.words[i];
        mask[key_word::destination_at(i)][at] = packed.destination.mask.words[i];
    }
    const auto range = [&](Field field, std::uint16_t first, std::uint16_t last) {
        low[static_cast<unsigned>(field)][at] = first;
        span[static_cast<unsigned>(field)][at] = static_cast<std::uint16_t>(last - first);
    };
    const auto one = [&](Field field, std::uint16_t number, std::uint16_t any) {
        range(field, number == any ? 0 : number, number == any ? 0xffff : number);
    };
    one(Field::in, packed.in, Packed::any_interface);
    one(Field::out, packed.out, Packed::any_interface);
    one(Field::protocol, packed.protocol, 0);
    range(Field::sport, packed.sport.low, packed.sport.high);
    range(Field::dport, packed.dport.low, packed.dport.high);
    const std::uint64_t bit = std::uint64_t{1} << at;
    alive = packed.never ? alive & ~bit : alive | bit;
    nodes[at] = node;
}

void ChunkImage::insert(unsigned at, RuleNode* node, const Packed& packed) {
    for (const auto w : address_words) {
        shift_up(value[w], at, count);
        shift_up(mask[w], at, count);
    }
    for (unsigned f = 0; f < field_count; ++f) {
        shift_up(low[f], at, count);
        shift_up(span[f], at, count);
    }
    shift_up(nodes, at, count);
    alive = (alive & below(at)) | (alive & ~below(at)) << 1;
    ++count;
    set(at, node, packed);
}

void ChunkImage::erase(unsigned at) {
    for (const auto w : address_words) {
        shift_down(value[w], at, count);
        shift_down(mask[w], at, count);
    }
    for (unsigned f = 0; f < field_count; ++f) {
        shift_down(low[f], at, count);
        shift_down(span[f], at, count);
    }
    shift_down(nodes, at, count);
    alive = (alive & below(at)) | (alive >> 1 & ~below(at));
    --count;
}

void ChunkImage::move_tail(unsigned from, ChunkImage& to) {
    const auto move = [&](const auto& a, auto& b) {
        std::copy(a.begin() + from, a.begin() + count, b.begin() + to.count);
    };
    for (const auto w : address_words) {
        move(value[w], to.value[w]);
        move(mask[w], to.mask[w]);
    }
    for (unsigned f = 0; f < field_count; ++f) {
        move(low[f], to.low[f]);
        move(span[f], to.span[f]);
    }
    move(nodes, to.nodes);
    if (from < count) to.alive |= alive >> from << to.count;
    to.count += count - from;
    alive &= below(from);
    count = from;
}

namespace {

bool selects_all(const ChunkImage& image, unsigned rule) {
    const auto all_of_field = [&](unsigned f) {
        return image.low[f][rule] == 0 && image.span[f][rule] == 0xffff;
    };
    return (image.alive >> rule & 1) != 0 && image.nodes[rule]->exact &&
           std::ranges::all_of(address_words, [&](auto w) { return image.mask[w][rule] == 0; }) &&
           std::ranges::all_of(std::views::iota(0u, field_count), all_of_field);
}

}  // namespace

void Chunk::encode(const ChunkImage& image) {
    alive = image.alive;
    open = 0;
    while (open < image.count && selects_all(image, open)) ++open;
    groups = static_cast<std::uint8_t>((image.count + group_rules - 1) / group_rules);
    value.fill(0);
    mask.fill(0);
    std::copy_n(image.nodes.begin(), image.count, nodes.begin());
    for (unsigned i = 0; i < image.count; ++i) nodes[i]->chunk = this;
    columns_used = 0;
    if (alive == 0) return;

    std::array<Planned, max_columns> planned;
    unsigned used = 0;
    const auto plan = [&](const Summary& summary, unsigned field) {
        if (!summary.column) return;
        unsigned at = used++;
        for (; at > 0 && planned[at - 1].rank > summary.rank; --at) planned[at] = planned[at - 1];
        planned[at] = {
            .column = {.kind = summary.kind, .field = static_cast<std::uint8_t>(field), .mask = summary.mask},
            .rank = summary.rank};
    };
    for (const auto w : address_words) {
        const Summary summary = look_at_word(image, w);
        value[w] = summary.value;
        mask[w] = summary.common;
        plan(summary, w);
    }
    for (unsigned f = 0; f < field_count; ++f) {
        const Summary summary = look_at_field(image, f);
        value[places[f].word] |= summary.value << places[f].shift;
        mask[places[f].word] |= summary.common << places[f].shift;
        plan(summary, f);
    }

    const unsigned rules = groups * group_rules;
    std::size_t size = 0;
    for (unsigned c = 0; c < used; ++c) size += bytes_each(planned[c].column.kind) * rules;
    if (size != numbers_size) {
        numbers.reset(size == 0 ? nullptr
                                : static_cast<std::byte*>(::operator new[](size, std::align_val_t{64})));
        numbers_size = size;
    }
    columns_used = static_cast<std::uint8_t>(used);
    std::size_t at = 0;
    for (unsigned c = 0; c < used; ++c) {
        columns[c] = planned[c].column;
        columns[c].at = static_cast<std::uint16_t>(at);
        std::byte* const to = numbers.get() + at;
        const unsigned f = columns[c].field;
        switch (columns[c].kind) {
            case Column::Kind::word_mask: store(to + 4 * rules, image.mask[f], rules); [[fallthrough]];
            case Column::Kind::word: store(to, image.value[f], rules); break;
            case Column::Kind::half_span: store(to + 2 * rules, image.span[f], rules); [[fallthrough]];
            case Column::Kind::half: store(to, image.low[f], rules); break;
        }
        at += bytes_each(columns[c].kind) * rules;
    }
}

void Chunk::decode(ChunkImage& image) const {
    image.count = count();
    image.alive = alive;
    std::copy_n(nodes.begin(), count(), image.nodes.begin());
    for (const auto w : address_words) {
        image.value[w].fill(value[w]);
        image.mask[w].fill(mask[w]);
    }
    for (unsigned f = 0; f < field_count; ++f) {
        const bool same = (mask[places[f].word] >> places[f].shift & 0xffff) == 0xffff;
        image.low[f].fill(static_cast<std::uint16_t>(same ? value[places[f].word] >> places[f].shift : 0));
        image.span[f].fill(static_cast<std::uint16_t>(same ? 0 : 0xffff));
    }
    const unsigned rules = groups * group_rules;
    for (unsigned c = 0; c < columns_used; ++c) {
        const std::byte* const from = numbers.get() + columns[c].at;
        const unsigned f = columns[c].field;
        switch (columns[c].kind) {
            case Column::Kind::word:
                load(from, image.value[f], rules);
                image.mask[f].fill(columns[c].mask);
                break;
            case Column::Kind::word_mask:
                load(from, image.value[f], rules);
                load(from + 4 * rules, image.mask[f], rules);
                break;
            case Column::Kind::half:
                load(from, image.low[f], rules);
                image.span[f].fill(0);
                break;
            case Column::Kind::half_span:
                load(from, image.low[f], rules);
                load(from + 2 * rules, image.span[f], rules);
                break;
        }
    }
}

}  // namespace gatehouse::rules
