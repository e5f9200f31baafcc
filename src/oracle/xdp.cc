#include "oracle/xdp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <vector>

#include "base/bytes.h"

namespace gatehouse::oracle {
namespace {

constexpr std::size_t ip_header = 14;
constexpr std::size_t ip_header_end = 34;
constexpr std::int16_t ip_checksum = 24;
constexpr std::int16_t destination_low = 32;

// One constructor for each kind of instruction that is used here. Registers are numbers: 0 the result, 1 the
// argument, 6 kept over calls.
bpf_insn instruction(unsigned code, std::uint8_t to, std::uint8_t from, std::int16_t offset,
                     std::int32_t value) {
    bpf_insn i{};
    i.code = static_cast<std::uint8_t>(code);
    i.dst_reg = to & 0xf;
    i.src_reg = from & 0xf;
    i.off = offset;
    i.imm = value;
    return i;
}
bpf_insn calculate(unsigned operation, std::uint8_t to, std::int32_t value) {
    return instruction(BPF_ALU64 | operation | BPF_K, to, 0, 0, value);
}
bpf_insn calculate_by(unsigned operation, std::uint8_t to, std::uint8_t from) {
    return instruction(BPF_ALU64 | operation | BPF_X, to, from, 0, 0);
}
bpf_insn load_word(std::uint8_t to, std::uint8_t from, std::int16_t offset) {
    return instruction(BPF_LDX | BPF_MEM | BPF_W, to, from, offset, 0);
}
bpf_insn store_word(std::uint8_t to, std::int16_t offset, std::int32_t value) {
    return instruction(BPF_ST | BPF_MEM | BPF_W, to, 0, offset, value);
}
bpf_insn store_half(std::uint8_t to, std::int16_t offset, std::uint8_t from) {
    return instruction(BPF_STX | BPF_MEM | BPF_H, to, from, offset, 0);
}
bpf_insn jump_if_greater(std::uint8_t a, std::uint8_t b, std::size_t over) {
    return instruction(BPF_JMP | BPF_JGT | BPF_X, a, b, static_cast<std::int16_t>(over), 0);
}
bpf_insn call(bpf_func_id helper) { return instruction(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }
bpf_insn leave() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

// The sum of the IP header in the machine's own byte order (a ones' complement sum comes out in the order of
// its words), without the checksum and the half of the destination that the program draws.
std::int32_t header_sum(const FrameTemplate& frame) {
    std::int32_t sum = 0;
    for (std::size_t at = ip_header; at < ip_header_end; at += 2) {
        if (at == ip_checksum || at == destination_low) continue;
        std::uint16_t word;
        std::memcpy(&word, &frame[at], 2);
        sum += word;
    }
    return sum;
}

std::vector<bpf_insn> writer_code(const FrameTemplate& frame, AfterWriting after) {
    std::vector<bpf_insn> write;  // 2: the frame; 0: the drawn half; 4, 5: free
    for (std::size_t at = 0; at < frame.size(); at += 4) {
        std::int32_t word;
        std::memcpy(&word, &frame[at], 4);
        write.push_back(store_word(2, static_cast<std::int16_t>(at), word));
    }
    write.push_back(store_half(2, destination_low, 0));
    write.push_back(calculate(BPF_MOV, 5, header_sum(frame)));
    write.push_back(calculate_by(BPF_ADD, 5, 0));
    for (int fold = 0; fold < 2; ++fold) {
        write.push_back(calculate_by(BPF_MOV, 4, 5));
        write.push_back(calculate(BPF_RSH, 4, 16));
        write.push_back(calculate(BPF_AND, 5, 0xffff));
        write.push_back(calculate_by(BPF_ADD, 5, 4));
    }
    write.push_back(calculate(BPF_XOR, 5, 0xffff));
    write.push_back(store_half(2, ip_checksum, 5));
    write.push_back(calculate(BPF_MOV, 0, after == AfterWriting::receive ? XDP_PASS : XDP_DROP));
    write.push_back(leave());

    std::vector<bpf_insn> code = {
        calculate_by(BPF_MOV, 6, 1),
        call(BPF_FUNC_get_prandom_u32),
        calculate(BPF_AND, 0, 0xffff),
        load_word(2, 6, offsetof(xdp_md, data)),
        load_word(3, 6, offsetof(xdp_md, data_end)),
        calculate_by(BPF_MOV, 4, 2),
        calculate(BPF_ADD, 4, static_cast<std::int32_t>(frame.size())),
        jump_if_greater(4, 3, write.size()),
    };
    code.insert(code.end(), write.begin(), write.end());
    code.push_back(calculate(BPF_MOV, 0, XDP_ABORTED));
    code.push_back(leave());
    return code;
}

Result<Fd> load(const char* name, const std::vector<bpf_insn>& code) {
    Fd program(bpf_prog_load(BPF_PROG_TYPE_XDP, name, "GPL", code.data(), code.size(), nullptr));
    if (!program.valid()) {
        return fail(fmt::format("loading an XDP program: {}", std::strerror(errno)),
                    errno == EPERM ? "run it as root" : "");
    }
    return program;
}

}  // namespace

Result<Fd> load_writer(const FrameTemplate& frame, AfterWriting after) {
    return load("gatehouse_write", writer_code(frame, after));
}

Result<void> feed(const Fd& writer, int device, std::uint32_t count) {
    FrameTemplate space{};
    xdp_md context{};
    context.data_end = space.size();
    context.ingress_ifindex = static_cast<std::uint32_t>(device);
    bpf_test_run_opts options{};  // LIBBPF_OPTS is not C++
    options.sz = sizeof options;
    options.data_in = space.data();
    options.data_size_in = space.size();
    options.ctx_in = &context;
    options.ctx_size_in = sizeof context;
    options.repeat = static_cast<int>(count);
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    options.batch_size = 64;
    const int result = bpf_prog_test_run_opts(writer.get(), &options);
    if (result == 0) return {};
    return fail(fmt::format("feeding live frames: {}", std::strerror(-result)),
                result == -EINVAL ? "it needs Linux 5.18 or newer" : "");
}

Result<void> swallow(int device) {
    const auto program = load("gatehouse_sink", {calculate(BPF_MOV, 0, XDP_DROP), leave()});
    if (!program) return std::unexpected(program.error());
    const int result = bpf_xdp_attach(device, program->get(), XDP_FLAGS_DRV_MODE, nullptr);
    if (result == 0) return {};
    return fail(fmt::format("attaching an XDP program: {}", std::strerror(-result)));
}

}  // namespace gatehouse::oracle
