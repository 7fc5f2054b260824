#include <roomport/client.hpp>

struct job {
    std::string job_id;
};
BOOST_DESCRIBE_STRUCT(job, (), (job_id))

inline constexpr roomport::hathora::operation<roomport::hathora::app_request, job> get_job{
    {"GetJob", roomport::http::method::get, "/jobs/{appId}",
     roomport::hathora::authentication::none, true, 200,
     roomport::hathora::response_size::document}};

void call(roomport::client& with) {
    with.async_call(get_job, roomport::hathora::app_request(),
                    [](roomport::error_code, const auto&) {});
}
