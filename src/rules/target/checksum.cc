// -j CHECKSUM: completes a transport checksum that was left to the device.
#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Checksum {
    Flag fill;
    friend bool operator==(const Checksum&, const Checksum&) = default;

    static constexpr std::tuple options{
        flag<&Checksum::fill>("checksum-fill", {.help = "computes the checksum", .required = true}),
    };

    // A packet that the device will cut into segments keeps its state: each segment gets a sum of its own.
    Outcome act(Context& context) const {
        Packet& packet = context.packet;
        if (packet.checksum != ChecksumState::partial || packet.segmentation != SegmentationType::none)
            return Outcome::next;
        edit::complete_checksum(packet);
        context.trace({.kind = TraceKind::altered, .text = "checksum"});
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const { out += "CHECKSUM fill"; }
};

}  // namespace

extern constinit const Declaration target_checksum =
    declare_target<Checksum>({.name = "CHECKSUM",
                              .tables = table_mangle,
                              .help = "completes the transport checksum",
                              .reads = reads_payload,
                              .does = does_alter_packet});

}  // namespace gatehouse::rules
