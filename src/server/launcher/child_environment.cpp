#include "server/launcher/local_provider.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace roomport::server {
namespace {

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

} // namespace

std::vector<std::string> child_environment(const std::vector<std::string>& inherited,
                                           const std::vector<std::string>& passed,
                                           const std::vector<std::string>& own) {
    // What tells of a room is of this process or of none.
    std::unordered_set<std::string_view> hidden{"HATHORA_TOKEN", "HATHORA_INITIAL_ROOM_ID",
                                                "HATHORA_INITIAL_ROOM_CONFIG"};
    for (const auto& variable : own) {
        hidden.insert(name_of(variable));
    }
    std::unordered_set<std::string_view> allowed{"PATH",   "HOME", "USER",   "LANG",
                                                 "LC_ALL", "TZ",   "TMPDIR", "LD_LIBRARY_PATH"};
    allowed.insert(passed.begin(), passed.end());
    const bool all = allowed.count(every_variable) != 0;
    std::vector<std::string> result;
    std::copy_if(inherited.begin(), inherited.end(), std::back_inserter(result),
                 [&](const std::string& variable) {
                     const auto name = name_of(variable);
                     return hidden.count(name) == 0 && (all || allowed.count(name) != 0);
                 });
    result.insert(result.end(), own.begin(), own.end());
    return result;
}

std::vector<std::string> order_environment(const process_order& order) {
    std::vector<std::string> result{
        "HATHORA_PROCESS_ID=" + order.process_id,
        "HATHORA_REGION=" + std::string(order.region.text()),
        "HATHORA_ROOMS_PER_PROCESS=" + std::to_string(order.rooms_per_process),
    };
    for (const auto& port : order.ports) {
        result.push_back(port_variable(port.declared.name) + "=" + std::to_string(port.number));
    }
    if (order.room_id) {
        result.push_back("HATHORA_INITIAL_ROOM_ID=" + *order.room_id);
    }
    // An environment variable ends at the first zero byte; half a configuration is worse than none.
    if (order.room_config && order.room_config->find('\0') == std::string::npos) {
        result.push_back("HATHORA_INITIAL_ROOM_CONFIG=" + *order.room_config);
    }
    return result;
}

} // namespace roomport::server
