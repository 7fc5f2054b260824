#include "wait/observer_failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <new>

namespace roomport::wait_detail {
namespace {

observation failed_observation(error_code ec, const char* message) noexcept {
    observation seen;
    seen.error = ec;
    try {
        seen.message = message;
    } catch (const std::bad_alloc&) {
        seen.message.clear();
    }
    return seen;
}

} // namespace

observation describe(const std::exception_ptr& thrown) noexcept {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        return failed_observation(boost::asio::error::no_memory, "");
    } catch (const boost::system::system_error& known) {
        return failed_observation(known.code(), "");
    } catch (const std::exception& known) {
        return failed_observation(error::broken_promise, known.what());
    } catch (...) {
        return failed_observation(error::broken_promise, "the observer threw");
    }
}

} // namespace roomport::wait_detail
