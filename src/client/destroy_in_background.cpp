#include "client/destroy_in_background.hpp"

#include "client/await_call.hpp"
#include "client/cleanup_schedule.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>

namespace roomport {
namespace {

asio::awaitable<void> destroy(std::shared_ptr<client::impl> owner, std::string room_id,
                              bool creation_unknown) {
    const cleanup_schedule schedule(clock::now(), creation_unknown);
    asio::steady_timer timer(owner->strand);
    orphan left;
    left.room_id = room_id;
    for (unsigned failures = 1;; ++failures) {
        hathora::room_request request(room_id);
        auto answer = co_await await_call(owner, hathora::destroy_room, std::move(request),
                                          schedule.deadline(), duration::max(), call_kind::cleanup);
        const error_code ec = std::get<0>(answer);
        const auto& outcome = std::get<1>(answer);
        const bool is_gone = ec == errc::room_gone;
        const time_point now = clock::now();
        if (!ec || (is_gone && schedule.believes_gone(now))) {
            co_return;
        }
        left.error = ec;
        left.message = outcome.message;
        const auto next =
            schedule.next(now, failure_pause(failures, owner->random), is_gone, outcome.not_before);
        if ((!is_gone && ec != errc::server_unavailable) || !next) {
            break;
        }
        timer.expires_at(*next);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    owner->tell_orphan(left);
}

} // namespace

void destroy_in_background(std::shared_ptr<client::impl> owner, std::string room_id,
                           bool creation_unknown) {
    const auto strand = owner->strand;
    auto work = destroy(owner, room_id, creation_unknown);
    owner->cleanup_began();
    const auto ended = [owner, room_id = std::move(room_id)](const std::exception_ptr& thrown) {
        if (thrown) {
            orphan left;
            left.room_id = room_id;
            left.error = asio::error::no_memory;
            owner->tell_orphan(left);
        }
        owner->cleanup_ended();
    };
    try {
        asio::co_spawn(strand, std::move(work), ended);
    } catch (...) {
        ended(std::current_exception());
    }
}

} // namespace roomport
