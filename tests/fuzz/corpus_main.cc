// Stands in for libFuzzer in builds without it: sends each file of the given folders through the fuzzer's
// function, whole and cut short at 32 places, and the empty input. What a fuzzer once found stays found.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// An exact copy on the heap, so that AddressSanitizer sees a read past the end.
void run(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> input(data, data + size);
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

void run_with_cuts(const std::vector<std::uint8_t>& input) {
    constexpr std::size_t kCuts = 32;
    for (std::size_t i = 0; i < kCuts; ++i) run(input.data(), input.size() * i / kCuts);
    run(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint8_t nothing = 0;
    run(&nothing, 0);
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) continue;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            if (!file) {
                std::fprintf(stderr, "can't read %s\n", entry.path().c_str());
                return 1;
            }
            run_with_cuts({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
            ++files;
        }
    }
    std::printf("%zu files\n", files);
    return 0;
}
