#include "measurements.hpp"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace {

using measurement = void (*)(const bench_options&);

const std::map<std::string_view, measurement>& measurements() {
    static const std::map<std::string_view, measurement> all = {
        {"memory", measure_memory}, {"start", measure_start},
        {"paced", measure_paced},   {"short-rate", measure_short_rate},
        {"shared", measure_shared}, {"allocations", measure_allocations},
    };
    return all;
}

int usage() {
    std::fputs("usage: wait_bench all|memory|start|paced|short-rate|shared|allocations "
               "[--rooms N] [--seconds S] [--rate R]\n",
               stderr);
    return 2;
}

} // namespace

int main(int count, char** words) {
    bench_options how;
    for (int word = 2; word + 1 < count; word += 2) {
        const std::string_view name = words[word];
        const char* value = words[word + 1];
        if (name == "--rooms") {
            how.rooms = std::strtoul(value, nullptr, 10);
        } else if (name == "--seconds") {
            how.seconds = std::strtod(value, nullptr);
        } else if (name == "--rate") {
            how.rate = std::strtod(value, nullptr);
        } else {
            return usage();
        }
    }
    const std::string_view chosen = count > 1 ? words[1] : "";
    bool is_known = false;
    for (const auto& [name, measure] : measurements()) {
        if (chosen == "all" || chosen == name) {
            is_known = true;
            measure(how);
        }
    }
    return is_known ? 0 : usage();
}
