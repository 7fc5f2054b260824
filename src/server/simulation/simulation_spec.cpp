#include "server/simulation/simulation_spec.hpp"

#include "program/duration_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

namespace roomport::server {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (true) {
        const auto end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == text.npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_share(std::string_view text) {
    const bool is_percent = text.ends_with('%');
    if (is_percent) {
        text.remove_suffix(1);
    }
    auto value = parse_number<double>(text);
    if (value && is_percent) {
        *value /= 100;
    }
    if (!value || !(*value >= 0 && *value <= 1)) {
        return std::nullopt;
    }
    return value;
}

std::optional<double> parse_seconds(std::string_view text) {
    const auto value = program::parse_duration(text);
    if (!value) {
        return std::nullopt;
    }
    return std::chrono::duration<double>(*value).count();
}

} // namespace

boost::system::result<delay_distribution, std::string>
delay_distribution::parse(std::string_view text) {
    const auto pieces = split(text, ':');
    delay_distribution result;
    if (pieces.size() == 1) {
        if (const auto value = parse_seconds(pieces[0])) {
            result.first_ = *value;
            return result;
        }
    }
    std::optional<double> first;
    std::optional<double> second = 0.0;
    if (pieces.size() == 2 && (pieces[0] == "fixed" || pieces[0] == "exponential")) {
        result.shape_ = pieces[0] == "fixed" ? shape::fixed : shape::exponential;
        first = parse_seconds(pieces[1]);
    } else if (pieces.size() == 3 && (pieces[0] == "uniform" || pieces[0] == "normal")) {
        result.shape_ = pieces[0] == "uniform" ? shape::uniform : shape::normal;
        first = parse_seconds(pieces[1]);
        second = parse_seconds(pieces[2]);
        if (pieces[0] == "uniform" && first && second && *first > *second) {
            first.reset();
        }
    } else if (pieces.size() == 3 && pieces[0] == "lognormal") {
        result.shape_ = shape::lognormal;
        first = parse_seconds(pieces[1]);
        second = parse_number<double>(pieces[2]);
        if (second && !(*second >= 0 && *second <= 10)) {
            second.reset();
        }
    }
    if (!first || !second) {
        return "'" + std::string(text) +
               "' is not a distribution; write 2s, uniform:1s:5s, exponential:2s, "
               "normal:3s:500ms or lognormal:3s:0.5";
    }
    result.first_ = *first;
    result.second_ = *second;
    return result;
}

duration delay_distribution::sample(std::mt19937_64& random) const {
    double seconds = first_;
    switch (shape_) {
    case shape::fixed:
        break;
    case shape::uniform:
        seconds = std::uniform_real_distribution<double>(first_, second_)(random);
        break;
    case shape::exponential:
        seconds = std::exponential_distribution<double>(1 / first_)(random);
        break;
    case shape::normal:
        seconds = std::normal_distribution<double>(first_, second_)(random);
        break;
    case shape::lognormal:
        seconds = first_ * std::exp(second_ * std::normal_distribution<double>(0, 1)(random));
        break;
    }
    constexpr double day = 24.0 * 3600;
    return std::chrono::duration_cast<duration>(
        std::chrono::duration<double>(std::clamp(seconds, 0.0, day)));
}

boost::system::result<simulation_spec, std::string> simulation_spec::parse(std::string_view text) {
    simulation_spec spec;
    for (const auto setting : split(text, ',')) {
        const auto equals = setting.find('=');
        // A distribution alone is the start-up time.
        const auto name =
            equals == setting.npos ? std::string_view("start") : setting.substr(0, equals);
        const auto value = equals == setting.npos ? setting : setting.substr(equals + 1);
        if (name == "start" || name == "life" || name == "stop") {
            auto parsed = delay_distribution::parse(value);
            if (parsed.has_error()) {
                return parsed.error();
            }
            if (name == "start") {
                spec.start = *parsed;
            } else if (name == "life") {
                spec.life = *parsed;
                spec.has_life = true;
            } else {
                spec.stop = *parsed;
                spec.has_stop = true;
            }
        } else if (name == "never" || name == "crash" || name == "quit") {
            const auto share = parse_share(value);
            if (!share) {
                return "'" + std::string(value) + "' is not a share; write 0.05 or 5%";
            }
            (name == "never" ? spec.never : name == "crash" ? spec.crash : spec.quit) = *share;
        } else if (name == "seed") {
            const auto seed = parse_number<std::uint64_t>(value);
            if (!seed) {
                return "'" + std::string(value) + "' is not a seed; write a whole number";
            }
            spec.seed = *seed;
        } else {
            return "'" + std::string(name) +
                   "' is not a setting; there are start, life, stop, never, crash, quit and seed";
        }
    }
    if (spec.never + spec.crash + spec.quit > 1) {
        return std::string("never, crash and quit add up to more than all launches");
    }
    return spec;
}

std::string_view simulation_spec::grammar() {
    return R"(SPEC is a list of settings, separated by commas:
  start=DELAY   from launch to a bound port (default 1s); a DELAY alone means the same
  never=SHARE   launches that never bind their port
  crash=SHARE   launches that exit with status 1 instead of binding
  quit=SHARE    launches that exit with status 0 instead of binding
  life=DELAY    from a bound port to exit 0 (default: until stopped)
  stop=DELAY    from the order to stop to the exit (default: at once)
  seed=N        the same seed gives the same times and faults in order of launch (default 1)
DELAY is 2s, fixed:2s, uniform:1s:5s, exponential:2s (mean), normal:3s:500ms (mean, deviation) or
lognormal:3s:0.5 (median, deviation of the logarithm); times have ms, s, m or h.
SHARE is 0.05 or 5%.)";
}

} // namespace roomport::server
