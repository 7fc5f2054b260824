#include "measurements.hpp"

#include "counted_memory.hpp"
#include "in_process_observer.hpp"

#include <roomport/wait/cadence.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double seconds_since(roomport::time_point begin) {
    return std::chrono::duration<double>(roomport::clock::now() - begin).count();
}

/// Polls each key once in a given time, the first ones spread evenly.
class even_cadence final : public roomport::cadence {
public:
    explicit even_cadence(roomport::duration period) : period_(period) {}

    roomport::duration first_pause(const roomport::cadence_input& input) override {
        return roomport::duration(static_cast<roomport::duration::rep>(input.random) &
                                  0x7fffffffffff) %
               period_;
    }

    roomport::duration pause(const roomport::cadence_input&) override { return period_; }

private:
    roomport::duration period_;
};

/// One engine on one thread.
class stage {
public:
    explicit stage(roomport::wait_engine_options options)
        : source(std::make_shared<in_process_observer>(context.get_executor())),
          engine(context.get_executor(), context.get_executor(), source, std::move(options)) {
        wait.timeout = 10h;
    }

    void begin(std::size_t rooms, std::size_t waiters_each = 1) {
        for (std::size_t each = 0; each < waiters_each; ++each) {
            for (std::size_t room = 0; room < rooms; ++room) {
                engine.async_wait(
                    name(room), wait,
                    [this](roomport::error_code, const roomport::wait_result&) { ++done; });
            }
        }
    }

    static std::string name(std::size_t room) { return "room" + std::to_string(room); }

    void run_until_polls(std::size_t polls) {
        source->call_at(polls, [this] { context.stop(); });
        context.restart();
        context.run();
        context.restart();
        context.poll();
    }

    asio::io_context context{1};
    std::shared_ptr<in_process_observer> source;
    roomport::wait_engine engine;
    roomport::wait_options wait;
    std::size_t done = 0;
};

roomport::wait_engine_options options_with(std::shared_ptr<roomport::cadence> cadence,
                                           double rate = 0) {
    roomport::wait_engine_options options;
    options.max_in_flight = 64;
    options.cadence = std::move(cadence);
    options.max_rate = rate;
    options.seed = 1;
    return options;
}

void report_load(const char* what, stage& subject, const bench_options& how) {
    const auto before = subject.engine.metrics();
    const double cpu = cpu_seconds();
    const auto begin = roomport::clock::now();
    subject.context.run_for(
        std::chrono::duration_cast<roomport::duration>(std::chrono::duration<double>(how.seconds)));
    const double wall = seconds_since(begin);
    const double used = cpu_seconds() - cpu;
    const auto after = subject.engine.metrics();
    const auto polls = static_cast<double>(after.polls - before.polls);
    std::printf("%s: %zu rooms, %zu waiters, %.0f polls a second, CPU %.1f %%, %.1f us a poll\n",
                what, after.keys, after.waiters, polls / wall, 100 * used / wall,
                1e6 * used / polls);
}

} // namespace

void measure_memory(const bench_options& how) {
    auto subject = std::make_unique<stage>(options_with(roomport::fixed_cadence(1h)));
    std::size_t names = 0;
    for (std::size_t room = 0; room < how.rooms; ++room) {
        names += stage::name(room).size();
    }
    const auto before = count_memory();
    subject->begin(how.rooms);
    subject->run_until_polls(how.rooms);
    const auto after = count_memory();

    const auto rooms = static_cast<double>(how.rooms);
    const double asked = static_cast<double>(after.live_bytes - before.live_bytes) / rooms;
    const double used = static_cast<double>(after.heap_bytes - before.heap_bytes) / rooms;
    const double ids = static_cast<double>(names) / rooms;
    const auto handler = static_cast<double>(
        sizeof(asio::any_completion_handler<void(roomport::error_code, roomport::wait_result)>));
    std::printf(
        "memory: own state %.1f bytes a waiting room (%.1f asked for, less the id's %.1f and "
        "the erased handler's %.0f); heap in use, with the callback itself: %.1f\n",
        asked - ids - handler, asked, ids, handler, used);
}

void measure_start(const bench_options& how) {
    stage subject(options_with(roomport::fixed_cadence(1h)));
    auto begin = roomport::clock::now();
    double cpu = cpu_seconds();
    subject.begin(how.rooms);
    const double start = cpu_seconds() - cpu;
    std::printf(
        "start: %.0f ns of CPU a wait, with its callback, called outside of the event loop\n",
        1e9 * start / static_cast<double>(how.rooms));
    cpu = cpu_seconds();
    subject.run_until_polls(how.rooms);
    const double first_polls = cpu_seconds() - cpu;
    std::printf("first polls: %.0f ns of CPU a room, the posted starts included\n",
                1e9 * first_polls / static_cast<double>(how.rooms));
    begin = roomport::clock::now();
    cpu = cpu_seconds();
    subject.engine.cancel();
    subject.context.restart();
    while (subject.done < how.rooms) {
        subject.context.run_one();
    }
    std::printf("cancel of all %zu: %.2f s of CPU, %.2f s until the last callback\n", how.rooms,
                cpu_seconds() - cpu, seconds_since(begin));

    stage inside(options_with(roomport::fixed_cadence(1h)));
    asio::post(inside.context, [&] {
        cpu = cpu_seconds();
        inside.begin(how.rooms);
        std::printf("start: %.0f ns of CPU a wait, called on the event loop\n",
                    1e9 * (cpu_seconds() - cpu) / static_cast<double>(how.rooms));
        inside.context.stop();
    });
    inside.context.run();
}

void measure_paced(const bench_options& how) {
    const std::chrono::duration<double> period(static_cast<double>(how.rooms) / how.rate);
    stage subject(options_with(
        std::make_shared<even_cadence>(std::chrono::duration_cast<roomport::duration>(period))));
    subject.wait.created_at = roomport::clock::now();
    subject.begin(how.rooms);
    subject.context.poll();
    report_load("paced", subject, how);
}

void measure_short_rate(const bench_options& how) {
    stage subject(options_with(nullptr, how.rate));
    subject.begin(how.rooms);
    subject.context.poll();
    report_load("short rate, learned cadence", subject, how);
}

void measure_shared(const bench_options& how) {
    const std::size_t rooms = how.rooms / 100;
    const std::chrono::duration<double> period(static_cast<double>(rooms) / how.rate);
    stage subject(options_with(
        std::make_shared<even_cadence>(std::chrono::duration_cast<roomport::duration>(period))));
    subject.wait.created_at = roomport::clock::now();
    subject.begin(rooms, 10);
    subject.context.poll();
    report_load("ten callers a room", subject, how);
}

void measure_allocations(const bench_options& how) {
    stage subject(options_with(roomport::fixed_cadence(20ms)));
    subject.begin(100);
    counted_memory before;
    subject.source->call_at(1000, [&] {
        before = count_memory();
        const std::size_t polls = std::min<std::size_t>(how.rooms, 20'000);
        subject.source->call_at(1000 + polls, [&, polls] {
            std::printf("allocations: %zu in %zu polls\n",
                        count_memory().allocations - before.allocations, polls);
            subject.context.stop();
        });
    });
    subject.context.run();
}
