// Judges cadences exactly on known laws of start times: see docs/cadence.md.
#include "random_report.hpp"
#include "report.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

constexpr const char* usage =
    "usage: cadence_bench [--seeds N] [--brief] [--csv FILE] [--times FILE]\n"
    "       cadence_bench --random N [--seed S] [--first K] [--seeds N]\n"
    "  --seeds N     lives of the learned cadence to average (60, with --random 8)\n"
    "  --brief       without equal polls and changes of the law\n"
    "  --csv FILE    writes the numbers for draw.gnuplot\n"
    "  --times FILE  judges by these start times, one a line, in seconds, and not by the laws "
    "built in\n"
    "  --random N    judges the learned cadence alone, by N laws drawn at random\n"
    "  --seed S      the seed that they are drawn from (1)\n"
    "  --first K     the number of the first of them (0)\n";

struct settings {
    int seeds = 0;
    bool is_brief = false;
    std::string csv;
    std::string times;
    cadence_bench::random_choice random;
};

int at_least(int least, const std::string& word, const std::string& value) {
    std::size_t read = 0;
    int number = 0;
    try {
        number = std::stoi(value, &read);
    } catch (const std::exception&) {
        read = 0;
    }
    if (read == 0 || read != value.size() || number < least) {
        throw std::invalid_argument(word + " must be a whole number of at least " +
                                    std::to_string(least) + ", not '" + value + "'");
    }
    return number;
}

settings read(int count, char** words) {
    settings result;
    for (int index = 1; index < count; ++index) {
        const std::string word = words[index];
        if (word == "--brief") {
            result.is_brief = true;
            continue;
        }
        if (index + 1 == count) {
            throw std::invalid_argument(word + " is not known, or lacks its value");
        }
        const std::string value = words[++index];
        if (word == "--seeds") {
            result.seeds = at_least(1, word, value);
        } else if (word == "--random") {
            result.random.laws = at_least(1, word, value);
        } else if (word == "--seed") {
            result.random.seed = static_cast<std::uint64_t>(at_least(0, word, value));
        } else if (word == "--first") {
            result.random.first = at_least(0, word, value);
        } else if (word == "--csv") {
            result.csv = value;
        } else if (word == "--times") {
            result.times = value;
        } else {
            throw std::invalid_argument(word + " is not known");
        }
    }
    if (result.seeds == 0) {
        result.seeds = result.random.laws > 0 ? 8 : 60;
    }
    return result;
}

std::vector<double> read_times(const std::string& path) {
    std::ifstream file(path);
    std::vector<double> times;
    for (double time = 0; file >> time;) {
        times.push_back(time);
    }
    if (times.empty() || !file.eof()) {
        throw std::invalid_argument(path + ": expected a number of seconds on each line");
    }
    return times;
}

} // namespace

int main(int count, char** words) {
    settings chosen;
    try {
        chosen = read(count, words);
    } catch (const std::exception& error) {
        std::cerr << "cadence_bench: " << error.what() << '\n' << usage;
        return 2;
    }
    try {
        if (chosen.random.laws > 0) {
            cadence_bench::judge_random_laws(std::cout, chosen.random, chosen.seeds);
            return 0;
        }
        const auto laws = chosen.times.empty()
                              ? cadence_bench::all_laws()
                              : std::vector{cadence_bench::law_of_times(read_times(chosen.times))};
        std::vector<cadence_bench::law_report> reports;
        for (const cadence_bench::true_law& law : laws) {
            reports.push_back(cadence_bench::judge(law, chosen.seeds, chosen.is_brief));
        }
        cadence_bench::write_tables(std::cout, reports, chosen.is_brief);
        if (!chosen.csv.empty()) {
            std::ofstream file(chosen.csv);
            cadence_bench::write_csv(file, reports);
            if (!file.flush()) {
                throw std::runtime_error(chosen.csv + ": can't be written");
            }
        }
    } catch (const std::exception& error) {
        std::cerr << "cadence_bench: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
