#include "server/service/option_checks.hpp"

#include "program/listen_address.hpp"
#include "program/usage_error.hpp"
#include "server/launcher/launch_problem.hpp"

#include <roomport/hathora/room_id.hpp>

#include <string>
#include <utility>

namespace roomport::server {

void check_options(const service_options& options) {
    const int sources =
        (options.command ? 1 : 0) + (options.simulation ? 1 : 0) + (options.provider_file ? 1 : 0);
    if (sources != 1) {
        throw program::usage_error(
            "give one of --exec, what to run for a room, --provider, who runs it, and --simulate");
    }
    if (options.provider_file && options.rooms_per_process != 1) {
        throw program::usage_error(
            "with --provider each room has a server of its own; leave --rooms-per-process out");
    }
    if (options.tls_certificate.has_value() != options.tls_key.has_value()) {
        throw program::usage_error("--tls-cert and --tls-key belong together");
    }
    if (!hathora::is_valid_id(options.app_id)) {
        throw program::usage_error("--app-id is " + std::string(hathora::id_rule));
    }
    if (options.rooms_per_process < 1 || options.rooms_per_process > 10000) {
        throw program::usage_error("--rooms-per-process is a number from 1 to 10000");
    }
    if (options.advertise && !program::is_host_name(*options.advertise)) {
        throw program::usage_error("--advertise is a host name or an IP address");
    }
    for (const auto& name : options.tls_names) {
        if (!program::is_host_name(name)) {
            throw program::usage_error("--tls-name is a host name or an IP address");
        }
    }
}

command_template read_command(const service_options& options) {
    auto command = command_template::parse(*options.command, options.ports);
    if (command.has_error()) {
        throw program::usage_error("--exec: " + command.error());
    }
    if (const auto problem = launch_problem(command->program())) {
        throw program::usage_error("--exec: " + *problem);
    }
    return std::move(*command);
}

} // namespace roomport::server
