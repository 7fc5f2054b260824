#pragma once

#include "sim/event_queue.hpp"
#include "sim/inspector.hpp"
#include "sim/run_report.hpp"
#include "sim/simulated_server.hpp"
#include "sim/start_law.hpp"
#include "sim/world_options.hpp"

#include "common/random_source.hpp"
#include "wait/wait_state.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace roomport::sim {

/// The whole state machine of the wait engine on a virtual clock, with a simulated line and server behind it.
class world final {
public:
    /// Told of what happens, a line each.
    using log_sink = std::function<void(const std::string&)>;

    explicit world(const world_options& options, log_sink log = nullptr);
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world();

    /// Lives until nothing is left to happen.
    run_report run();

private:
    struct simulated_wait;

    /// A number that the engine uses for a poll.
    struct simulated_poll {
        std::vector<std::uint32_t> keys;
        duration hold{};
        std::uint32_t generation = 0;
        bool is_batch = false;
        bool under_way = false;
        bool is_cancelled = false;
        answer_kind kind = answer_kind::told;
        batch_observation answer;
    };

    batch_terms terms() const;
    void carry_out_actions();
    void carry_out(const wait_detail::start_poll& wanted);
    void carry_out(const wait_detail::cancel_poll& wanted);
    void carry_out(const wait_detail::report_progress& wanted);
    void carry_out(const wait_detail::complete_wait& wanted);
    void carry_out(const wait_detail::exception_caught& wanted);

    void populate();
    void add_waits(std::uint32_t room, time_point first);
    void handle(const event& next);
    void wake_engine(time_point at);
    void begin_wait(simulated_wait& wait);
    void receive(simulated_poll& poll, wait_detail::poll_id id);
    void release(simulated_poll& poll, wait_detail::poll_id id);
    void deliver(simulated_poll& poll, wait_detail::poll_id id);
    void give_up(simulated_poll& poll, wait_detail::poll_id id);
    duration way();
    void check_end_of(const simulated_wait& wait, error_code ec, const wait_result& result);
    void note(const char* what, std::uint64_t which);

    const world_options options_;
    const start_law law_;
    const start_law later_law_;
    log_sink log_;
    const time_point begin_ = time_point() + std::chrono::hours(1000);
    time_point now_;
    random_source random_;
    simulated_server server_;
    inspector inspector_;
    run_report report_;
    event_queue events_;
    std::vector<std::string> names_;
    std::deque<simulated_wait> waits_;
    std::vector<simulated_poll> polls_;
    /// Whether the engine was told that the room is ready.
    std::vector<bool> is_told_ready_;
    std::vector<bool> is_told_gone_;
    wait_detail::settings_cache settings_;
    wait_detail::wait_state state_;
};

} // namespace roomport::sim
