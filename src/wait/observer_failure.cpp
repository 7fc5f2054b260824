#include "wait/observer_failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <new>
#include <string>
#include <utility>

namespace roomport::wait_detail {
namespace {

observation failed_observation(error_code ec, std::string message) {
    observation seen;
    seen.error = ec;
    seen.message = std::move(message);
    return seen;
}

} // namespace

observation describe_exception() {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return failed_observation(boost::asio::error::no_memory, {});
    } catch (const boost::system::system_error& thrown) {
        return failed_observation(thrown.code(), {});
    } catch (const std::exception& thrown) {
        return failed_observation(error::broken_promise, thrown.what());
    } catch (...) {
        return failed_observation(error::broken_promise, "the observer threw");
    }
}

} // namespace roomport::wait_detail
