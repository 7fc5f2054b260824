#include "poller/poll_result.hpp"

namespace roomport::poller {

std::string_view poll_result(error_code failure) {
    constexpr int too_many_requests = 429;
    if (failure == errc::http_status) {
        const int status = failure.value();
        if (failure == errc::room_gone) {
            return "gone";
        }
        if (status == too_many_requests) {
            return "throttled";
        }
        if (failure == errc::server_unavailable) {
            return "unavailable";
        }
        if (status >= 400 && status <= 499) {
            return "refused";
        }
    }
    return word(classify(failure));
}

} // namespace roomport::poller
