#pragma once

#include "allocation/allocator.hpp"
#include "allocation/engine.hpp"
#include "allocation/journal.hpp"
#include "server/rooms/provider.hpp"

#include <roomport/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace roomport::server {

/// An orchestrator's servers as the processes of the registry, one room each. What was written down goes on after a
/// restart; the end of this object ends no server.
class remote_provider final : public provider {
public:
    using logger = std::function<void(const std::string&)>;

    remote_provider(boost::asio::io_context& context, allocation::engine_settings settings,
                    std::unique_ptr<allocation::allocator> vendor,
                    std::unique_ptr<allocation::journal> store, logger log);
    ~remote_provider() override;

    /// Goes on with the rooms of the journal. To be called once, before anything is created.
    /// @param adopt gives a room of the journal a process, and says its id.
    void restore(const allocation::journal_content& content,
                 const std::function<std::string(const allocation::intent&)>& adopt);

    void on_event(listener to) override { listener_ = std::move(to); }
    void create(const process_order& order) override;
    std::optional<process_state> observe(const std::string& process_id) const override;
    void stop(const std::string& process_id, bool at_once) override;
    /// None: no process ends with the service.
    std::vector<std::string> list() const override { return {}; }

    /// Why no room can be had now: the journal fails, or the credentials are refused; empty: one can.
    std::string problem() const;
    allocation::engine_numbers numbers() const { return engine_.numbers(); }

private:
    class remote_process {
    public:
        remote_process() = default;
        std::string process_id;
        process_state state = process_state::starting;
        /// Its end was told.
        bool has_exited = false;
    };
    using number = allocation::engine::number;

    allocation::engine::events engine_events();
    void told(number which, const allocation::tell_room& what);
    void exited(number which, const std::string& reason, int refusal_status);
    void tell(process_event event);
    void deliver();
    void arm();

    boost::asio::io_context& context_;
    logger log_;
    listener listener_;
    std::unique_ptr<allocation::allocator> vendor_;
    std::unique_ptr<allocation::journal> store_;
    boost::asio::steady_timer timer_;
    time_point armed_for_ = time_point::max();
    std::unordered_map<number, remote_process> processes_;
    std::unordered_map<std::string, number> numbers_;
    std::vector<process_event> events_;
    /// Empty once this object is gone: what was posted finds nobody.
    std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);
    allocation::engine engine_;
};

} // namespace roomport::server
