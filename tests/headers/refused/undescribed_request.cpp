#include <roomport/client.hpp>

struct job_request {
    std::string job_id;
};

inline constexpr roomport::hathora::operation<job_request, roomport::room> get_job{
    {"GetJob", roomport::http::method::get, "/jobs/{appId}/{jobId}",
     roomport::hathora::authentication::none, true, 200,
     roomport::hathora::response_size::document}};

void call(roomport::client& with) {
    with.async_call(get_job, job_request(), [](roomport::error_code, const auto&) {});
}
