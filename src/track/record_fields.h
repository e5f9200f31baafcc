// What a record consists of, said once for writing and for reading: a codec (Put or Get) is led over all
// fields.
//
// Put writes what it is shown; Get fills it in, and remembers when it couldn't.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "track/record.h"
#include "wire/protocol.h"
#include "wire/writer.h"

namespace gatehouse::track::codec {

enum class Tag : std::uint8_t {
    flow = 1,
    zones,
    status,
    counters,
    tcp,
    sctp,
    udp,
    labels,
    timestamps,
    sequence_adjustment,
    synproxy,
    wishes,
    security_mark,
    may_skip = 128,
};

class Put {
  public:
    explicit Put(wire::Writer& to) : to_(to) {}

    template <class Number>
    void operator()(Number value) {
        const auto wide = static_cast<std::uint64_t>(value);
        if constexpr (sizeof(Number) == 8) to_.u32(static_cast<std::uint32_t>(wide >> 32));
        if constexpr (sizeof(Number) >= 4) to_.u32(static_cast<std::uint32_t>(wide));
        if constexpr (sizeof(Number) == 2) to_.u16(static_cast<std::uint16_t>(wide));
        if constexpr (sizeof(Number) == 1) to_.u8(static_cast<std::uint8_t>(wide));
    }
    // A field, if `present`, whose value `value()` shows.
    template <class Value>
    void field(Tag tag, bool present, Value&& value) {
        if (!present) return;
        to_.u8(static_cast<std::uint8_t>(tag));
        to_.u8(0);
        const std::size_t at = to_.size();
        value();
        if (!to_.overflowed()) to_.written()[at - 1] = static_cast<std::uint8_t>(to_.size() - at);
    }
    template <class T, class Value>
    void optional(Tag tag, std::optional<T>& of, Value&& value) {
        field(tag, of.has_value(), [&] { value(*of); });
    }
    void refuse() {}

  private:
    wire::Writer& to_;
};

class Get {
  public:
    explicit Get(Bytes from) : from_(from), end_(from.size()) {}

    // True when everything was there, and nothing is left that must be understood.
    bool finished();

    template <class Number>
    void operator()(Number& value) {
        if (end_ - at_ < sizeof(Number)) {
            good_ = false;
            return;
        }
        std::uint64_t wide = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i) wide = wide << 8 | from_[at_++];
        if constexpr (std::same_as<Number, bool>) {
            if (wide > 1) good_ = false;
            value = wide == 1;
        } else {
            value = static_cast<Number>(wide);
        }
    }
    template <class Value>
    void field(Tag tag, bool required, Value&& value) {
        if (!take(tag, value) && required) good_ = false;
    }
    template <class T, class Value>
    void optional(Tag tag, std::optional<T>& of, Value&& value) {
        take(tag, [&] { value(of.emplace()); });
    }
    // Of a value that can't be.
    void refuse() { good_ = false; }

  private:
    template <class Value>
    bool take(Tag tag, Value&& value) {
        if (!good_ || end_ - at_ < 2 || from_[at_] != static_cast<std::uint8_t>(tag)) return false;
        const std::size_t length = from_[at_ + 1], outer = end_;
        at_ += 2;
        if (outer - at_ < length) {
            good_ = false;
            return true;
        }
        end_ = at_ + length;
        value();
        if (at_ != end_) good_ = false;  // longer than its fields are
        end_ = outer;
        return true;
    }

    Bytes from_;
    std::size_t at_ = 0, end_ = 0;
    bool good_ = true;
};

void fields(Put& codec, Record& record);
void fields(Get& codec, Record& record);

}  // namespace gatehouse::track::codec
