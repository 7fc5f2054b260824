#include "server/service/game_server_environment.hpp"

#include "server/launcher/orphans.hpp"

#include <unistd.h>

namespace roomport::server {

std::vector<std::string> game_server_environment(const service_options& options,
                                                 const std::string& advertised,
                                                 const std::string& marker,
                                                 const secret& app_secret) {
    const auto pages = static_cast<long long>(::sysconf(_SC_PHYS_PAGES));
    const auto page_size = static_cast<long long>(::sysconf(_SC_PAGE_SIZE));
    return {
        std::string(marker_variable) + "=" + marker,
        "HATHORA_APP_ID=" + options.app_id,
        "HATHORA_APP_SECRET=" + std::string(app_secret.reveal()),
        "HATHORA_DEPLOYMENT_ID=1",
        "HATHORA_BUILD_TAG=local",
        "HATHORA_HOSTNAME=" + advertised,
        "HATHORA_PRIVATE_IP=127.0.0.1",
        "HATHORA_ALLOCATED_CPU=" + std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)),
        "HATHORA_ALLOCATED_MEMORY_MB=" + std::to_string(pages * page_size / (1024 * 1024)),
    };
}

} // namespace roomport::server
