#include "server/launcher/port_judge.hpp"

#include <algorithm>
#include <utility>

namespace roomport::server {
namespace {

constexpr int believed = 3;

} // namespace

port_judge::port_judge(std::vector<allocated_port> ports, const advertised_addresses& advertised,
                       std::string advertised_host)
    : ports_(std::move(ports)), histories_(ports_.size()),
      advertised_host_(std::move(advertised_host)) {
    const auto& own = advertised.own();
    const bool is_v6_alone =
        !own.empty() &&
        std::all_of(own.begin(), own.end(), [](const auto& each) { return each.is_v6(); });
    advice_ = is_v6_alone ? "bind ::" : "bind 0.0.0.0 or :: (without IPV6_V6ONLY)";
}

port_verdict port_judge::judge_starting(const std::vector<port_sight>& seen) {
    remember(seen);
    port_verdict verdict;
    verdict.is_ready = seen.front().owner == port_owner::family;
    for (std::size_t index = 0; index < seen.size(); ++index) {
        if (seen[index].owner != port_owner::stranger) {
            continue;
        }
        verdict.is_ready = false;
        if (histories_[index].as_taken == believed && !verdict.taken) {
            verdict.taken = name(index) + " is held by " + seen[index].detail +
                            ", which does not belong to the game server; if it does (a container "
                            "engine's, another user's), run the service with --bound-is-enough";
        }
    }
    tell_elsewhere(seen, verdict.told);
    verdict.is_doubtful = is_doubtful();
    return verdict;
}

port_verdict port_judge::judge_ready(const std::vector<port_sight>& seen) {
    remember(seen);
    port_verdict verdict;
    verdict.is_ready = true;
    for (std::size_t index = 0; index < seen.size(); ++index) {
        auto& past = histories_[index];
        if (past.as_taken >= believed && !std::exchange(past.is_taken_told, true)) {
            verdict.told.push_back(name(index) + " is now held by " + seen[index].detail +
                                   ", which does not belong to the game server and gets what "
                                   "players send there: end that program, or destroy the room");
        }
    }
    tell_elsewhere(seen, verdict.told);
    verdict.is_doubtful = is_doubtful();
    return verdict;
}

bool port_judge::is_doubtful() const {
    return std::any_of(histories_.begin(), histories_.end(), [](const history& each) {
        const auto looks = std::max(each.as_taken, each.as_elsewhere);
        return looks != 0 && looks < believed;
    });
}

void port_judge::remember(const std::vector<port_sight>& seen) {
    for (std::size_t index = 0; index < seen.size(); ++index) {
        auto& past = histories_[index];
        const auto owner = seen[index].owner;
        past.as_taken = owner == port_owner::stranger ? past.as_taken + 1 : 0;
        past.as_elsewhere = owner == port_owner::elsewhere ? past.as_elsewhere + 1 : 0;
    }
}

std::string port_judge::name(std::size_t index) const {
    const auto& port = ports_[index];
    const auto number = "port " + std::to_string(port.number);
    return index == 0 ? number : number + " (" + port.declared.name + ")";
}

void port_judge::tell_elsewhere(const std::vector<port_sight>& seen,
                                std::vector<std::string>& told) {
    for (std::size_t index = 0; index < seen.size(); ++index) {
        auto& past = histories_[index];
        if (past.as_elsewhere >= believed && !std::exchange(past.is_elsewhere_told, true)) {
            told.push_back(name(index) + " is bound at " + seen[index].detail +
                           ", but players are told " + advertised_host_ +
                           ", where nobody listens: " + advice_ + ", or change --advertise");
        }
    }
}

} // namespace roomport::server
