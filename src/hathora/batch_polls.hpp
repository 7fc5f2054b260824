#pragma once

#include "hathora/batch_choice.hpp"
#include "hathora/remembered_token.hpp"

#include <roomport/hathora/encode.hpp>
#include <roomport/http/pool.hpp>
#include <roomport/secret.hpp>
#include <roomport/wait/observer.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace roomport::hathora {

/// Polls many rooms of one app with one request: by the room service's extension where a server announces it, else by
/// the list of running processes where there is a token for it.
///
/// Where neither works, its polls say nothing of any room, so that each is polled by itself.
class batch_polls : public std::enable_shared_from_this<batch_polls> {
public:
    /// What may be used.
    class settings {
    public:
        settings() = default;
        bool use_endpoint = true;
        bool use_process_list = true;
        /// No message shows it. Null: there is none, and the list of processes is not asked for.
        std::shared_ptr<remembered_token> token;
    };

    /// As for @ref room_observer.
    batch_polls(boost::asio::any_io_executor strand, std::shared_ptr<http::pool> connections,
                std::string app_id, settings with);
    batch_polls(const batch_polls&) = delete;
    batch_polls& operator=(const batch_polls&) = delete;
    ~batch_polls();

    /// Takes notice of a room that is asked about.
    void saw(std::string_view room_id) { choice_.saw_id(room_id.size()); }

    /// Takes notice of what the head of a good answer announced.
    void announced(const http::response& answer);

    /// As `observer::batch`.
    batch_terms terms();

    /// As `observer::async_observe_many`.
    void start(std::span<const std::string_view> room_ids, duration hold, time_point deadline,
               observer::batch_handler_type handler);

private:
    class poll;
    class endpoint_poll;
    class list_poll;

    void ask_endpoint(std::shared_ptr<endpoint_poll> current, duration hold, time_point deadline);
    void ask_for_list(std::shared_ptr<list_poll> current, time_point deadline);
    void send(std::shared_ptr<poll> current, encoded_request encoded, time_point deadline);
    void ended(poll& current, error_code ec, const http::response& response);
    void say_nothing(std::size_t wanted, observer::batch_handler_type handler);
    void fill_numbers(observation& seen, poll& current, const http::response& response) const;
    void token_refused(const poll& current);
    void check_for_another_token(time_point now);

    boost::asio::any_io_executor strand_;
    std::shared_ptr<http::pool> connections_;
    std::string app_id_;
    std::shared_ptr<remembered_token> token_;
    batch_choice choice_;
    /// The token for which the list was refused, and when to see whether there is another one.
    std::optional<secret> refused_token_;
    time_point next_token_check_{};
};

} // namespace roomport::hathora
