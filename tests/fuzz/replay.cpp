// Runs a target without libFuzzer: on every file of a folder, and on so many inputs that are made from these by chance, the
// same ones in every run.

#include "fuzz.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::vector<std::string> read_folder(const char* folder) {
    std::vector<std::filesystem::path> names;
    for (const auto& each : std::filesystem::directory_iterator(folder)) {
        names.push_back(each.path());
    }
    std::sort(names.begin(), names.end());
    std::vector<std::string> texts;
    for (const auto& name : names) {
        std::ifstream file(name, std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return texts;
}

class mutator {
public:
    explicit mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

    std::string next() {
        std::string text = any();
        for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
            change(text);
        }
        return text;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    const std::string& any() { return seeds_[below(seeds_.size())]; }

    void change(std::string& text) {
        using namespace std::string_view_literals;
        constexpr auto telling = "\0\r\n \t,;:=%+-.\"'\\/{}[]&?0919eZT\x7f\x80\xff"sv;
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = below(text.size() - at + 1);
        switch (below(6)) {
        case 0:
            text.erase(at, below(2) == 0 ? 1 : length);
            break;
        case 1:
            text.insert(at, 1, telling[below(telling.size())]);
            break;
        case 2:
            text.insert(at, text.substr(at, std::min<std::size_t>(length, 1000)));
            break;
        case 3: {
            const std::string& other = any();
            const std::size_t from = below(other.size() + 1);
            text.replace(at, length, other, from, below(other.size() - from + 1));
            break;
        }
        case 4:
            text.insert(at, below(40), telling[below(telling.size())]);
            break;
        default:
            if (at < text.size()) {
                text[at] = static_cast<char>(random_());
            }
        }
    }

    const std::vector<std::string>& seeds_;
    std::minstd_rand random_{1};
};

std::string under_way;

// What is to become a file of the folder, once it is mended.
void keep_input() {
    constexpr const char* name = "crash-input";
    std::ofstream(name, std::ios::binary) << under_way;
    std::fprintf(stderr, "the input that broke a promise is in the file %s\n", name);
}

void run(const std::string& text) {
    under_way = text;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

} // namespace

int main(int count, char** values) {
    if (count != 3) {
        std::fprintf(stderr, "usage: %s FOLDER INPUTS\n", values[0]);
        return 2;
    }
    std::signal(SIGABRT, [](int) { keep_input(); });
    const auto seeds = read_folder(values[1]);
    if (seeds.empty()) {
        std::fprintf(stderr, "no input in %s\n", values[1]);
        return 2;
    }
    for (const auto& seed : seeds) {
        run(seed);
    }
    mutator made(seeds);
    const long inputs = std::atol(values[2]);
    for (long input = 0; input < inputs; ++input) {
        run(made.next());
    }
    std::printf("%zu files and %ld inputs made of them\n", seeds.size(), inputs);
    return 0;
}
