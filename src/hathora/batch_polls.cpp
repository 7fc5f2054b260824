#include "hathora/batch_polls.hpp"

#include "hathora/batch_observation.hpp"
#include "hathora/observe.hpp"
#include "hathora/typed_answer.hpp"

#include <roomport/hathora/operations.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace roomport::hathora {
namespace {

namespace asio = boost::asio;

constexpr duration between_token_checks = std::chrono::minutes(1);

constexpr int unauthorized = 401;
constexpr int forbidden = 403;

batch_choice::settings choice_settings(const batch_polls::settings& with) {
    batch_choice::settings result;
    result.use_endpoint = with.use_endpoint;
    result.use_process_list = with.use_process_list && with.token != nullptr;
    return result;
}

} // namespace

// One poll under way: everything the pool writes to while it runs.
class batch_polls::poll {
public:
    using seen_list = std::vector<std::optional<observation>>;

    poll(std::span<const std::string_view> room_ids, observer::batch_handler_type done)
        : wanted(room_ids.size()), asked(room_ids.begin(), room_ids.end()),
          handler(std::move(done)) {}
    poll(const poll&) = delete;
    poll& operator=(const poll&) = delete;
    virtual ~poll() = default;

    virtual answer& document() = 0;

    /// What the complete document says of the rooms asked about; nothing when it can't be used.
    virtual std::optional<seen_list> read() = 0;

    /// Whether the head of its answer says what the server offers.
    virtual bool announces() const = 0;

    virtual void tell(batch_choice& choice, batch_end how, std::size_t found) const = 0;

    /// Of so many rooms something should be said; of those that don't stand in `asked`, nothing is.
    std::size_t wanted;
    std::vector<std::string> asked;
    bool held = false;
    secret token;
    observer::batch_handler_type handler;
};

class batch_polls::endpoint_poll final : public poll {
public:
    using poll::poll;

    answer& document() override { return document_; }
    std::optional<seen_list> read() override { return observe_rooms(asked, document_.take()); }
    bool announces() const override { return true; }
    void tell(batch_choice& choice, batch_end how, std::size_t /*found*/) const override {
        choice.endpoint_ended(how, asked.size(), clock::now());
    }

private:
    typed_answer<std::vector<connection_info_v2>> document_{get_connection_infos};
};

class batch_polls::list_poll final : public poll {
public:
    using poll::poll;

    answer& document() override { return document_; }
    std::optional<seen_list> read() override {
        const auto processes = document_.take();
        size_ = approximate_size(processes);
        return observe_processes(asked, processes);
    }
    bool announces() const override { return false; }
    void tell(batch_choice& choice, batch_end how, std::size_t found) const override {
        choice.list_ended(how, asked.size(), found, size_, clock::now());
    }

private:
    typed_answer<std::vector<process_with_rooms>> document_{get_running_processes};
    std::size_t size_ = 0;
};

batch_polls::batch_polls(asio::any_io_executor strand, std::shared_ptr<http::pool> connections,
                         std::string app_id, settings with)
    : strand_(std::move(strand)), connections_(std::move(connections)), app_id_(std::move(app_id)),
      token_(with.token), choice_(choice_settings(with)) {}

batch_polls::~batch_polls() = default;

void batch_polls::announced(const http::response& answer) {
    choice_.announced(announced_batch(answer), announced_hold(answer));
}

batch_terms batch_polls::terms() {
    const time_point now = clock::now();
    check_for_another_token(now);
    return choice_.terms(now);
}

void batch_polls::start(std::span<const std::string_view> room_ids, duration hold,
                        time_point deadline, observer::batch_handler_type handler) {
    for (const auto room_id : room_ids) {
        choice_.saw_id(room_id.size());
    }
    switch (choice_.way(clock::now())) {
    case batch_way::endpoint:
        ask_endpoint(std::make_shared<endpoint_poll>(room_ids, std::move(handler)), hold, deadline);
        return;
    case batch_way::process_list:
        ask_for_list(std::make_shared<list_poll>(room_ids, std::move(handler)), deadline);
        return;
    case batch_way::none:
        say_nothing(room_ids.size(), std::move(handler));
        return;
    }
}

void batch_polls::say_nothing(std::size_t wanted, observer::batch_handler_type handler) {
    batch_observation nothing;
    nothing.whole.state = observed_state::starting;
    nothing.keys.resize(wanted);
    asio::post(strand_, [nothing = std::move(nothing), handler = std::move(handler)]() mutable {
        std::move(handler)(std::move(nothing));
    });
}

void batch_polls::ask_endpoint(std::shared_ptr<endpoint_poll> current, duration hold,
                               time_point deadline) {
    // Ids that are longer than all before may be too many now.
    const time_point now = clock::now();
    const auto most = choice_.terms(now).most;
    if (current->asked.size() > most) {
        current->asked.resize(most);
    }
    choice_.endpoint_begins(current->asked.size(), now);
    rooms_request request(current->asked);
    // The API counts whole seconds; a hold of less is none.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(hold).count();
    if (seconds > 0) {
        request.wait = static_cast<std::int32_t>(seconds);
        current->held = true;
    }
    send(std::move(current), encode(get_connection_infos, request, app_id_), deadline);
}

void batch_polls::ask_for_list(std::shared_ptr<list_poll> current, time_point deadline) {
    auto encoded = encode(get_running_processes, process_list_request(), app_id_);
    if (auto token = token_->current()) {
        encoded.request.token = *token;
        current->token = *std::move(token);
    } else {
        encoded.error = error::token_unavailable;
    }
    send(std::move(current), std::move(encoded), deadline);
}

void batch_polls::send(std::shared_ptr<poll> current, encoded_request encoded,
                       time_point deadline) {
    if (encoded.error) {
        asio::post(strand_, [self = shared_from_this(), current, ec = encoded.error] {
            self->ended(*current, ec, http::response());
        });
        return;
    }
    encoded.request.request_class = http::request_class::poll;
    encoded.request.attempt_timeout = deadline - clock::now();
    const auto slot = asio::get_associated_cancellation_slot(current->handler);
    auto& document = current->document();
    connections_->async_request(
        std::move(encoded.request), document,
        asio::bind_executor(strand_, asio::bind_cancellation_slot(
                                         slot, [self = shared_from_this(), current](
                                                   error_code ec, const http::response& response) {
                                             self->ended(*current, ec, response);
                                         })));
}

void batch_polls::ended(poll& current, error_code ec, const http::response& response) {
    auto& document = current.document();
    const int status = document.status();
    const error_code outcome = document.outcome(ec);
    batch_end how = classify_batch_end(outcome, status, current.held);

    batch_observation seen;
    if (how == batch_end::unavailable || how == batch_end::unknown) {
        const secret& hidden = token_ && status != 0 ? token_->to_hide() : current.token;
        seen.whole =
            observe_failure(outcome, response, failure_message(response, document, hidden));
    } else {
        // That the server does not do this is no failure: each room is polled by itself.
        seen.whole.state = observed_state::starting;
        seen.keys.resize(current.wanted);
    }
    std::size_t found = 0;
    if (how == batch_end::good) {
        if (current.announces()) {
            announced(response);
        }
        if (auto keys = current.read()) {
            found = static_cast<std::size_t>(std::count_if(
                keys->begin(), keys->end(), [](const auto& each) { return each.has_value(); }));
            std::move(keys->begin(), keys->end(), seen.keys.begin());
        } else {
            how = batch_end::refused;
        }
    }
    if (status == unauthorized || status == forbidden) {
        token_refused(current);
    }
    // A token that can't be read just now, while its file is being replaced, will be there again.
    if (outcome == error_code(error::token_unavailable)) {
        how = batch_end::unavailable;
    }
    current.tell(choice_, how, found);
    fill_numbers(seen.whole, current, response);
    for (auto& each : seen.keys) {
        if (each) {
            fill_numbers(*each, current, response);
        }
    }
    std::move(current.handler)(std::move(seen));
}

void batch_polls::fill_numbers(observation& seen, poll& current,
                               const http::response& response) const {
    // One that is gone has the status that it would have been told with.
    if (seen.http_status == 0) {
        seen.http_status = current.document().status();
    }
    seen.held = current.held;
    seen.places = connections_->places(http::request_class::poll);
    seen.hold_limit = choice_.hold_limit();
    seen.times = response.times;
    if (!current.held) {
        seen.round_trip = response.times.first_byte + response.times.read;
    }
}

void batch_polls::token_refused(const poll& current) {
    if (current.token.empty()) {
        return;
    }
    token_->refused();
    refused_token_ = current.token;
    next_token_check_ = clock::now();
}

void batch_polls::check_for_another_token(time_point now) {
    if (!refused_token_ || now < next_token_check_) {
        return;
    }
    next_token_check_ = now + between_token_checks;
    const auto token = token_->current();
    if (token && token->reveal() != refused_token_->reveal()) {
        refused_token_.reset();
        choice_.allow_list();
    }
}

} // namespace roomport::hathora
