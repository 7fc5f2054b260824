#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <new>

namespace roomport {

/// Calls a function of the user. What it throws leaves through the `run()` of the context, while the caller goes on.
template <class Function>
void call_back(const boost::asio::any_io_executor& executor, Function function) {
    try {
        function();
    } catch (...) {
        try {
            boost::asio::post(
                executor, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
        } catch (const std::bad_alloc&) {
            // Nothing is left to carry it with; what is under way matters more.
        }
    }
}

} // namespace roomport
