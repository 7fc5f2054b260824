#include "poller/metrics.hpp"

#include "program/metric_families.hpp"

#include <roomport/version.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <utility>
#include <vector>

namespace roomport::poller {
namespace {

// Game servers take from a second, on warm machines, to a minute and more.
const prometheus::Histogram::BucketBoundaries wait_buckets{
    0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600};

double seconds(duration value) {
    return std::chrono::duration<double>(value).count();
}

template <class Number>
double number(Number value) {
    return static_cast<double>(value);
}

void add_rooms(program::metric_families& to, const metrics_snapshot& now) {
    to.gauge("roomport_rooms", "Rooms the daemon knows, by state.")
        .add(number(now.rooms_waiting), "state", "waiting")
        .add(number(now.rooms_done), "state", "done");
    to.gauge("roomport_rooms_limit", "Rooms the daemon takes at most.")
        .add(number(now.rooms_limit));
    to.gauge("roomport_held_answers", "Callers whose answer is held until their room is done.")
        .add(number(now.held_answers));
    to.gauge("roomport_http_connections", "Connections of callers.")
        .add(number(now.http.connections));
    to.gauge("roomport_http_bytes",
             "Bytes kept for callers: unfinished requests, unwritten answers.")
        .add(number(now.http.input_bytes), "direction", "input")
        .add(number(now.http.output_bytes), "direction", "output");
    to.counter("roomport_http_shed_total",
               "Connections and holds refused or ended because a bound was reached.")
        .add(number(now.http.replaced_connections), "bound", "max_connections")
        .add(number(now.http.surplus_connections), "bound", "max_connections_per_address")
        .add(number(now.http.refused_holds), "bound", "max_holds")
        .add(number(now.http.shed_inputs), "bound", "max_input_bytes")
        .add(number(now.http.shed_outputs), "bound", "max_output_bytes");
    to.counter("roomport_dropped_lines_total", "Lines that a standard stream did not take in time.")
        .add(number(now.dropped_output_lines), "stream", "stdout")
        .add(number(now.dropped_log_lines), "stream", "stderr");
}

void add_waits(program::metric_families& to, const wait_engine_metrics& waits) {
    to.gauge("roomport_retry_after_seconds",
             "How long the room API still wants no request; 0 when it has not said so.")
        .add(seconds(waits.held_back));
    to.gauge("roomport_poll_rate_limit",
             "Polls a second that may be sent; +Inf: nothing limits them.")
        .add(waits.rate);
    to.gauge("roomport_rooms_due", "Rooms that are due for a poll and wait for their turn.")
        .add(number(waits.queued));
    to.counter("roomport_polls_sent_total", "Polls sent, those for many rooms at once included.")
        .add(number(waits.polls));
    to.counter("roomport_batch_polls_total", "Polls for many rooms at once.")
        .add(number(waits.batch_polls));
    to.counter("roomport_polls_throttled_total", "Polls answered with 429.")
        .add(number(waits.throttled));
}

void add_pool(program::metric_families& to, const http::pool_metrics& pool) {
    to.gauge("roomport_connections", "Connections to the room API, by state.")
        .add(number(pool.connecting), "state", "connecting")
        .add(number(pool.idle), "state", "idle")
        .add(number(pool.busy), "state", "busy");
    to.gauge("roomport_requests_queued", "Requests waiting for a connection to the room API.")
        .add(number(pool.waiting));
    to.counter("roomport_requests_total", "Requests made to the room API.")
        .add(number(pool.requests));
    to.counter("roomport_requests_resent_total",
               "Requests sent again because a reused connection had died.")
        .add(number(pool.resent));
    to.counter("roomport_connections_opened_total", "Connections to the room API established.")
        .add(number(pool.connections_opened));
    to.counter("roomport_connections_failed_total",
               "Attempts to connect to the room API that failed.")
        .add(number(pool.connections_failed));
    to.counter("roomport_tls_handshakes_total", "TLS handshakes with the room API, by kind.")
        .add(number(pool.handshakes_resumed), "kind", "resumed")
        .add(number(pool.handshakes_full), "kind", "full");
}

double seconds(const timeval& value) {
    return number(value.tv_sec) + number(value.tv_usec) / 1e6;
}

// Without std::filesystem: that of libstdc++ 12 ends the program when there is no memory for a name.
std::size_t count_open_descriptors() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
    std::size_t count = 0;
    while (folder != nullptr) {
        const dirent* const entry = ::readdir(folder.get());
        if (entry == nullptr) {
            break;
        }
        count += entry->d_name[0] != '.' ? 1 : 0;
    }
    return count;
}

void add_process(program::metric_families& to, std::chrono::system_clock::time_point started) {
    to.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.")
        .add(std::chrono::duration<double>(started.time_since_epoch()).count());
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        to.counter("process_cpu_seconds_total", "Processor time, the kernel's for it included.")
            .add(seconds(usage.ru_utime) + seconds(usage.ru_stime));
    }
    if (const auto open = count_open_descriptors(); open > 0) {
        to.gauge("process_open_fds", "Open descriptors.").add(number(open));
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        to.gauge("process_max_fds", "Descriptors that may be open.").add(number(limit.rlim_cur));
    }
    std::size_t pages = 0;
    std::size_t resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident) {
        to.gauge("process_resident_memory_bytes", "Resident memory.")
            .add(number(resident) * number(::sysconf(_SC_PAGE_SIZE)));
    }
    to.gauge("roomport_build_info", "1, labelled with the version.")
        .add(1, "version", ROOMPORT_VERSION_STRING);
}

} // namespace

struct metrics::impl {
    const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
    prometheus::Registry registry;
    prometheus::Family<prometheus::Histogram>& waits =
        prometheus::BuildHistogram()
            .Name("roomport_room_wait_seconds")
            .Help("From a room's registration to the end of its wait, by outcome.")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& polls =
        prometheus::BuildCounter()
            .Name("roomport_polls_total")
            .Help("Observations of rooms, by result: starting, active, unknown (any other status "
                  "of a room), gone (404 and 410), refused (other 4xx), throttled (429), "
                  "unavailable (408, 425 and most 5xx), or the word of another error.")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& phases =
        prometheus::BuildCounter()
            .Name("roomport_poll_phase_seconds_total")
            .Help(
                "Where the time of the polls of ended waits went; queue: waiting for a connection.")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& answers =
        prometheus::BuildCounter()
            .Name("roomport_http_requests_total")
            .Help("Requests of callers, by route and status; other: no such path or method; "
                  "invalid: never read to the end, for its form, its size or its slowness.")
            .Register(registry);
};

metrics::metrics() : impl_(std::make_unique<impl>()) {
    // A rate can only be taken of what was there before its first event.
    for (const auto* outcome : {"ready", "deadline", "never", "error", "cancelled"}) {
        impl_->waits.Add({{"outcome", outcome}}, wait_buckets);
    }
    for (const auto* result :
         {"starting", "active", "gone", "refused", "throttled", "unavailable"}) {
        impl_->polls.Add({{"result", result}});
    }
}

metrics::~metrics() = default;

void metrics::wait_ended(std::string_view outcome, duration elapsed, const phase_times& times) {
    impl_->waits.Add({{"outcome", std::string(outcome)}}, wait_buckets).Observe(seconds(elapsed));
    const auto add = [this](const char* phase, duration value) {
        impl_->phases.Add({{"phase", phase}}).Increment(seconds(value));
    };
    add("queue", times.queue);
    add("resolve", times.resolve);
    add("connect", times.connect);
    add("handshake", times.handshake);
    add("first_byte", times.first_byte);
    add("read", times.read);
}

void metrics::polled(std::string_view result) {
    impl_->polls.Add({{"result", std::string(result)}}).Increment();
}

void metrics::answered(std::string_view route, int status) {
    impl_->answers.Add({{"route", std::string(route)}, {"status", std::to_string(status)}})
        .Increment();
}

std::string metrics::to_text(const metrics_snapshot& now) const {
    auto families = impl_->registry.Collect();
    program::metric_families taken;
    add_rooms(taken, now);
    add_waits(taken, now.waits);
    add_pool(taken, now.pool);
    add_process(taken, impl_->started);
    taken.move_to(families);
    return program::to_exposition_text(families);
}

} // namespace roomport::poller
