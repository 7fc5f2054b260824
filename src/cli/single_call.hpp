#pragma once

#include "cli/session.hpp"
#include "program/report.hpp"

#include <optional>
#include <string>
#include <utility>

namespace roomport::cli {

/// Makes one call of an operation and prints what `to_line` makes of its result.
/// @param room_id the room it is about, for reports; may be empty.
template <class Request, class Response, class ToLine>
program::exit_status
single_call(const program::settings& given, const hathora::operation<Request, Response>& operation,
            Request request, std::optional<std::string> room_id, ToLine to_line) {
    session work(given);
    program::exit_status status = program::exit_status::done;
    const time_point began = clock::now();
    work.api().async_call(
        operation, std::move(request), [&](error_code ec, const api_result<Response>& result) {
            if (ec) {
                program::failure what;
                what.room_id = room_id;
                // One attempt is the whole command when it may take as long.
                const bool is_deadline = ec == error_code(error::attempt_timeout) &&
                                         given.timeout <= given.request_timeout;
                what.error = is_deadline ? error_code(error::deadline_passed) : ec;
                what.last_error = ec;
                what.message = result.message;
                what.http_status = result.http_status;
                what.polls = 1;
                what.elapsed = clock::now() - began;
                work.guard([&] { report(what, given.json); });
                status = program::to_exit_status(what.error);
            } else {
                work.guard([&] { program::print_line(to_line(result.value)); });
            }
            work.finish();
        });
    work.run();
    return work.status(status);
}

} // namespace roomport::cli
