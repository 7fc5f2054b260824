// roomport-sim: the wait engine in a simulated world, for whoever wants to try their own.

#include "sim/bounds.hpp"
#include "sim/command_line.hpp"
#include "sim/scenarios.hpp"
#include "sim/start_law.hpp"
#include "sim/world.hpp"

#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>

namespace {

using namespace roomport::sim;

roomport::duration to_duration(double seconds) {
    return roomport::duration(static_cast<roomport::duration::rep>(seconds * 1e9));
}

/// The world of one run, and its bound.
scenario choose(const choices& from, std::uint64_t seed) {
    scenario chosen;
    if (from.storm || from.calm) {
        chosen.options = from.storm ? draw_storm(seed) : draw_calm(seed);
    } else if (!from.scenario.empty()) {
        chosen = find_scenario(from.scenario, from.world.law);
        chosen.options.policy = from.world.policy;
    } else {
        world_options& world = chosen.options = from.world;
        world.is_age_known = !from.is_age_unknown;
        world.deadline = to_duration(from.deadline);
        world.latency = to_duration(from.latency);
        world.jitter = to_duration(from.jitter);
        world.outage_from = to_duration(from.outage_from);
        world.outage_length = to_duration(from.outage);
        world.outage_retry_after = world.limit_retry_after = to_duration(from.retry_after);
        world.hold_limit = to_duration(from.hold);
    }
    chosen.options.seed = seed;
    return chosen;
}

void print(const run_report& report, const scenario& chosen) {
    const double waits =
        static_cast<double>(report.ready + report.timed_out + report.cancelled + report.failed);
    std::printf("waits       %llu ready, %llu at their deadline, %llu cancelled, %llu failed\n",
                static_cast<unsigned long long>(report.ready),
                static_cast<unsigned long long>(report.timed_out),
                static_cast<unsigned long long>(report.cancelled),
                static_cast<unsigned long long>(report.failed));
    std::printf("delay       mean %.4f s, median %.4f s, 99 %% %.4f s\n", mean(report.delays),
                quantile(report.delays, 0.5), quantile(report.delays, 0.99));
    std::printf("wait        mean %.3f s\n", mean(report.lengths));
    std::printf("polls       %llu (%.2f a wait), %llu rooms asked for, most in a second %u\n",
                static_cast<unsigned long long>(report.polls),
                static_cast<double>(report.polls) / std::max(1.0, waits),
                static_cast<unsigned long long>(report.rooms_asked),
                report.most_polls_a_second(0, report.polls_by_second.size()));
    std::printf("429s        %llu\n", static_cast<unsigned long long>(report.refusals));
    if (chosen.bound > 0) {
        const double is = mean(chosen.is_burst ? report.lengths : report.delays);
        std::printf("bound       %.4f s; %s is %.3f of it\n", chosen.bound,
                    chosen.is_burst ? "the mean wait" : "the mean delay", is / chosen.bound);
        if (!chosen.is_burst) {
            const double own =
                delay_bound(start_law::find(chosen.options.law),
                            static_cast<double>(report.polls) / std::max(1.0, waits));
            std::printf("            %.4f s with as many polls as were sent; %.3f of it\n", own,
                        is / own);
        }
    }
    if (chosen.options.outage_length > roomport::duration::zero()) {
        const auto from =
            static_cast<std::size_t>(chosen.options.outage_from / std::chrono::seconds(1));
        const auto to =
            from + static_cast<std::size_t>(chosen.options.outage_length / std::chrono::seconds(1));
        std::printf("outage      polls a second: %.1f in the 10 s before, %.2f during, at most %u "
                    "in the 30 s after\n",
                    static_cast<double>(
                        report.polls_between(from - std::min<std::size_t>(from, 10), from)) /
                        10,
                    static_cast<double>(report.polls_between(from, to)) /
                        std::max(1.0, static_cast<double>(to - from)),
                    report.most_polls_a_second(to, to + 30));
    }
    std::printf("events      %llu; fingerprint %016llx\n",
                static_cast<unsigned long long>(report.events),
                static_cast<unsigned long long>(report.fingerprint));
}

int run(int count, char** values) {
    choices given;
    if (const auto status = read_command_line(count, values, given, std::cout, std::cerr)) {
        return *status;
    }
    run_report all;
    scenario chosen;
    world::log_sink sink;
    if (given.log) {
        sink = [](const std::string& line) {
            std::puts(line.c_str());
        };
    }
    for (std::uint64_t run = 0; run < given.runs; ++run) {
        const std::uint64_t seed = given.world.seed + run;
        chosen = choose(given, seed);
        world simulated(chosen.options, sink);
        const run_report report = simulated.run();
        for (const auto& problem : report.problems) {
            std::fprintf(stderr, "seed %llu %s\n", static_cast<unsigned long long>(seed),
                         problem.c_str());
        }
        if (!report.problems.empty()) {
            std::fprintf(stderr, "repeat it: the same command with --seed %llu --runs 1 --log\n",
                         static_cast<unsigned long long>(seed));
        }
        all.add(report);
    }
    print(all, chosen);
    return all.problems.empty() ? 0 : 1;
}

} // namespace

int main(int count, char** values) {
    try {
        return run(count, values);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "roomport-sim: %s\n", failure.what());
    }
    return 2;
}
