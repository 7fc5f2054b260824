#include "program/exit_status.hpp"

#include <boost/system/errc.hpp>

namespace roomport::program {

exit_status to_exit_status(error_code ec) {
    if (ec == boost::system::errc::not_enough_memory) {
        return exit_status::internal_failure;
    }
    if (ec == error_code(error::deadline_passed)) {
        return exit_status::deadline_passed;
    }
    if (ec == errc::unauthorized) {
        return exit_status::unauthorized;
    }
    if (ec == errc::server_unavailable) {
        return exit_status::unavailable;
    }
    if (ec == errc::bad_response) {
        return exit_status::bad_response;
    }
    switch (classify(ec)) {
    case errc::http_status:
        return exit_status::refused;
    case errc::redirect:
        return exit_status::bad_response;
    case errc::tls:
        return exit_status::tls;
    case errc::invalid_argument:
        return exit_status::bad_usage;
    case errc::cancelled:
        return exit_status::interrupted;
    default:
        return exit_status::internal_failure;
    }
}

} // namespace roomport::program
