#pragma once

#include "httpd/resource_limits.hpp"

#include <roomport/clock.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/phase_times.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace roomport::poller {

/// What is only known when somebody asks for the metrics.
class metrics_snapshot {
public:
    metrics_snapshot() = default;

    std::size_t rooms_waiting = 0;
    std::size_t rooms_done = 0;
    std::size_t rooms_limit = 0;
    std::size_t held_answers = 0;
    httpd::resource_usage http;
    std::uint64_t dropped_output_lines = 0;
    std::uint64_t dropped_log_lines = 0;
    http::pool_metrics pool;
    wait_engine_metrics waits;
};

/// The numbers an operator asks for, in Prometheus' text format. One thread.
class metrics {
public:
    metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;
    ~metrics();

    /// A wait has ended. @param outcome one of a few words. @param times of all its polls.
    void wait_ended(std::string_view outcome, duration elapsed, const phase_times& times);

    /// An observation was judged. @param result one of a few words.
    void polled(std::string_view result);

    /// A request was answered. @param route one of the daemon's own.
    void answered(std::string_view route, int status);

    /// Everything, as `GET /metrics` gives it.
    std::string to_text(const metrics_snapshot& now) const;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace roomport::poller
