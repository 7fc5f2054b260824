#include "sim/command_line.hpp"

#include "sim/scenarios.hpp"
#include "sim/start_law.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace roomport::sim {
namespace {

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

// More virtual time than this has no use, and takes long.
constexpr double longest_arrivals = 1e6;
constexpr double most_waits = 1e7;
constexpr double shortest_interval = 0.001;
constexpr double longest_interval = 86400;

std::optional<double> read_number(const std::string& text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

std::string plain(double number) {
    std::ostringstream text;
    text.precision(10);
    text << number;
    return text.str();
}

/// Unlike CLI::Range refuses what is no number, too.
CLI::Validator range(bool allows_zero, double least, double most) {
    const std::string range = (allows_zero ? "0, or " : "") + plain(least) + " to " + plain(most);
    return CLI::Validator(
        [=](const std::string& text) {
            const auto value = read_number(text);
            const bool is_good =
                value && ((allows_zero && *value == 0) || (*value >= least && *value <= most));
            return is_good ? std::string() : "'" + text + "' is out of range: give " + range;
        },
        range);
}

CLI::Validator between(double least, double most) {
    return range(false, least, most);
}

CLI::Validator zero_or_between(double least, double most) {
    return range(true, least, most);
}

/// CLI11 itself takes what is negative or too large for some other number.
const CLI::Validator seed(
    [](const std::string& text) {
        std::uint64_t value = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, value);
        const bool is_good = error == std::errc() && stop == end;
        return is_good ? std::string()
                       : "'" + text + "' is out of range: give 0 to 18446744073709551615";
    },
    "0 to 18446744073709551615");

const CLI::Validator policy(
    [](const std::string& text) {
        const auto interval = read_number(text);
        const bool is_good =
            text == "learned" || text == "informed" || text == "exponential" ||
            (interval && *interval >= shortest_interval && *interval <= longest_interval);
        return is_good
                   ? std::string()
                   : "'" + text +
                         "' is no policy: give learned, informed, exponential, or an "
                         "interval of " +
                         plain(shortest_interval) + " to " + plain(longest_interval) + " seconds";
    },
    "POLICY");

std::vector<std::string> names_of_scenarios() {
    std::vector<std::string> names;
    for (const auto& [name, text] : scenario_names()) {
        names.push_back(name);
    }
    return names;
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
    program.add_option("--seed", world.seed, "The first seed (default 1)")->check(seed);
    program.add_option("--runs", to.runs, "Runs, with one seed after the other (default 1)")
        ->check(between(1, 1e6));
    program.add_option("--law", world.law, law_help())->check(CLI::IsMember(start_law::names()));
    program.add_option("--scenario", to.scenario, scenario_help())
        ->check(CLI::IsMember(names_of_scenarios()));
    program.add_flag("--storm", to.storm, "Draw the whole world from the seed; much goes wrong");
    program.add_flag("--calm", to.calm, "Draw the whole world from the seed; nothing goes wrong");
    program.add_option("--rooms", world.rooms, "Rooms (default 1000)")->check(between(1, 1e6));
    program.add_option("--arrivals", world.arrivals, "Rooms a second (default 0: all at once)")
        ->check(zero_or_between(0.001, 1e6));
    program.add_option("--waiters", world.waiters, "Waiters a room (default 1)")
        ->check(between(1, 1000));
    program.add_option("--deadline", to.deadline, "Of each wait (default 120)")
        ->check(between(0.001, 86400));
    program.add_flag("--age-unknown", to.is_age_unknown, "Don't tell when rooms were created");
    program
        .add_option("--policy", world.policy,
                    "learned (default), informed of the law, exponential, or a fixed interval")
        ->check(policy);
    program.add_option("--places", world.places, "Polls under way at most (default 6)")
        ->check(between(1, 65535));
    program.add_option("--rate", world.rate, "Polls a second, as configured (default 0: unknown)")
        ->check(zero_or_between(0.001, 1e6));
    program.add_option("--batch", world.batch, "Rooms a request can ask for (default 0: one)")
        ->check(between(0, 65535));
    program.add_option("--limit", world.limit, "Requests a second that the server enforces")
        ->check(zero_or_between(0.001, 1e6));
    program.add_option("--limit-depth", world.limit_depth, "Depth of its bucket (default 20)")
        ->check(between(1, 1e6));
    program.add_option("--latency", to.latency, "There and back (default 0.02)")
        ->check(between(0, 60));
    program.add_option("--jitter", to.jitter, "At most, on each way (default 0)")
        ->check(between(0, 60));
    program.add_option("--lost", world.lost_share, "Share of polls never answered")
        ->check(between(0, 1));
    program.add_option("--errors", world.error_share, "Share of polls answered by 503")
        ->check(between(0, 1));
    program.add_option("--outage", to.outage, "Length of an outage")->check(between(0, 86400));
    program.add_option("--outage-from", to.outage_from, "When it begins (default 60)")
        ->check(between(0, 86400));
    program.add_option("--retry-after", to.retry_after, "What its 503s and the 429s say")
        ->check(between(0, 300));
    program.add_option("--hold", to.hold, "The longest hold that the server offers")
        ->check(between(0, 3600));
    program.add_option("--warm-up", world.warm_up, "First rooms that the means leave out")
        ->check(between(0, 1e6));
    program.add_flag("--log", to.log, "Tell each event");
}

/// Refuses what an option would leave without effect.
/// @param but what it goes together with.
void exclude_others(CLI::App& program, const std::string& name, const std::set<std::string>& but) {
    auto* option = program.get_option(name);
    for (auto* other : program.get_options()) {
        if (other != option && !but.contains(other->get_name())) {
            option->excludes(other);
        }
    }
}

/// What no option alone can say.
std::string find_problem(const choices& given) {
    const world_options& world = given.world;
    const double rooms = static_cast<double>(world.rooms);
    if (world.arrivals > 0 && rooms / world.arrivals > longest_arrivals) {
        return "--arrivals: " + plain(rooms) + " rooms at " + plain(world.arrivals) +
               " a second come within " + plain(rooms / world.arrivals) +
               " s; give fewer rooms or more a second, for at most " + plain(longest_arrivals) +
               " s";
    }
    const double waits = rooms * static_cast<double>(world.waiters);
    if (waits > most_waits) {
        return "--waiters: " + plain(waits) + " waits are too many; --rooms times --waiters is " +
               plain(most_waits) + " at most";
    }
    return {};
}

} // namespace

std::optional<int> read_command_line(int count, const char* const* values, choices& to,
                                     std::ostream& output, std::ostream& errors) {
    constexpr int bad_usage = 2;
    CLI::App program("The wait engine in a simulated world, on a virtual clock.", "roomport-sim");
    program.footer(footer);
    add_options(program, to);
    exclude_others(program, "--storm", {"--help", "--seed", "--runs", "--log"});
    exclude_others(program, "--calm", {"--help", "--seed", "--runs", "--log"});
    exclude_others(program, "--scenario",
                   {"--help", "--seed", "--runs", "--log", "--law", "--policy"});
    try {
        program.parse(count, values);
    } catch (const CLI::ParseError& wrong) {
        return program.exit(wrong, output, errors) == 0 ? 0 : bad_usage;
    }
    if (const auto problem = find_problem(to); !problem.empty()) {
        errors << problem << "\n";
        return bad_usage;
    }
    return std::nullopt;
}

} // namespace roomport::sim
