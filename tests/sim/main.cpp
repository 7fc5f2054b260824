// roomport-sim: the wait engine in a simulated world, for whoever wants to try their own.

#include "sim/bounds.hpp"
#include "sim/scenarios.hpp"
#include "sim/start_law.hpp"
#include "sim/world.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <optional>

namespace {

using namespace roomport::sim;

constexpr const char* footer =
    "Examples:\n"
    "  roomport-sim --law bimodal --rooms 5000 --arrivals 50 --rate 200   # a short rate\n"
    "  roomport-sim --law wide --rooms 10000 --limit 20 --deadline 900    # a limit to be found "
    "out\n"
    "  roomport-sim --policy 1 --law tight                                # a poll each second\n"
    "  roomport-sim --scenario burst-batch                                # what the goals are "
    "about\n"
    "  roomport-sim --storm --seed 1 --runs 1000                          # everything that can go "
    "wrong\n"
    "  roomport-sim --storm --seed 77 --log                               # one of these, event by "
    "event\n\n"
    "Times are in seconds. Exit status: 0, or 1 when a promise was broken; the seed is named, and "
    "the\n"
    "same command with that seed and --runs 1 repeats it exactly.";

struct choices {
    choices() = default;

    world_options world;
    double deadline = 120;
    double latency = 0.02;
    double jitter = 0;
    double outage_from = 60;
    double outage = 0;
    double retry_after = 0;
    double hold = 0;
    std::uint64_t runs = 1;
    std::string scenario;
    bool storm = false;
    bool calm = false;
    bool log = false;
    bool is_age_unknown = false;
};

roomport::duration to_duration(double seconds) {
    return roomport::duration(static_cast<roomport::duration::rep>(seconds * 1e9));
}

std::string law_help() {
    std::string text = "How long rooms take to start:";
    for (const auto& name : start_law::names()) {
        text += "\n" + name + ": " + start_law::describe(name);
    }
    return text;
}

std::string scenario_help() {
    std::string text = "A world to measure; only --law, --policy, --seed and --runs change it:";
    for (const auto& [name, what] : scenario_names()) {
        text += "\n" + name + ": " + what;
    }
    return text;
}

void add_options(CLI::App& program, choices& to) {
    world_options& world = to.world;
    program.add_option("--seed", world.seed, "The first seed (default 1)");
    program.add_option("--runs", to.runs, "Runs, with one seed after the other (default 1)");
    program.add_option("--law", world.law, law_help())->check(CLI::IsMember(start_law::names()));
    program.add_option("--scenario", to.scenario, scenario_help());
    program.add_flag("--storm", to.storm, "Draw the whole world from the seed; much goes wrong");
    program.add_flag("--calm", to.calm, "Draw the whole world from the seed; nothing goes wrong");
    program.add_option("--rooms", world.rooms, "Rooms (default 1000)")->check(CLI::PositiveNumber);
    program.add_option("--arrivals", world.arrivals, "Rooms a second (default 0: all at once)")
        ->check(CLI::NonNegativeNumber);
    program.add_option("--waiters", world.waiters, "Waiters a room (default 1)");
    program.add_option("--deadline", to.deadline, "Of each wait (default 120)")
        ->check(CLI::PositiveNumber);
    program.add_flag("--age-unknown", to.is_age_unknown, "Don't tell when rooms were created");
    program.add_option("--policy", world.policy,
                       "learned (default), informed of the law, exponential, or a fixed interval");
    program.add_option("--places", world.places, "Polls under way at most (default 6)");
    program.add_option("--rate", world.rate, "Polls a second, as configured (default 0: unknown)")
        ->check(CLI::NonNegativeNumber);
    program.add_option("--batch", world.batch, "Rooms a request can ask for (default 0: one)");
    program.add_option("--limit", world.limit, "Requests a second that the server enforces")
        ->check(CLI::NonNegativeNumber);
    program.add_option("--limit-depth", world.limit_depth, "Depth of its bucket (default 20)");
    program.add_option("--latency", to.latency, "There and back (default 0.02)")
        ->check(CLI::NonNegativeNumber);
    program.add_option("--jitter", to.jitter, "At most, on each way (default 0)")
        ->check(CLI::NonNegativeNumber);
    program.add_option("--lost", world.lost_share, "Share of polls never answered")
        ->check(CLI::Range(0.0, 1.0));
    program.add_option("--errors", world.error_share, "Share of polls answered by 503")
        ->check(CLI::Range(0.0, 1.0));
    program.add_option("--outage", to.outage, "Length of an outage");
    program.add_option("--outage-from", to.outage_from, "When it begins (default 60)");
    program.add_option("--retry-after", to.retry_after, "What its 503s and the 429s say");
    program.add_option("--hold", to.hold, "The longest hold that the server offers");
    program.add_option("--warm-up", world.warm_up, "First rooms that the means leave out");
    program.add_flag("--log", to.log, "Tell each event");
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
    CLI::App program("The wait engine in a simulated world, on a virtual clock.", "roomport-sim");
    program.footer(footer);
    choices given;
    add_options(program, given);
    try {
        program.parse(count, values);
    } catch (const CLI::ParseError& wrong) {
        return program.exit(wrong);
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
