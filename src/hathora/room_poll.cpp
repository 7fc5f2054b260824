#include "hathora/room_poll.hpp"

#include "hathora/observe.hpp"

#include <roomport/hathora/room_id.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace roomport::hathora {
namespace {

namespace asio = boost::asio;

// What a poll may keep for the next one; a server that once answered at length is not to cost memory for ever.
constexpr std::size_t most_kept = std::size_t{16} * 1024;

void append_number(std::string& to, std::chrono::seconds::rep number) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    to.append(text.data(), end);
}

} // namespace

/// Stays in the slot until the next poll takes its place, so that the slot's memory is used again; it does nothing once its
/// own poll is over.
class room_poll::canceller {
public:
    explicit canceller(room_poll& one) : one_(one.weak_from_this()), turn_(one.turn_) {}

    void operator()(asio::cancellation_type type) const {
        if (type == asio::cancellation_type::none) {
            return;
        }
        if (auto poll = one_.lock()) {
            asio::post(poll->settings_->strand, [poll, turn = turn_] {
                if (poll->turn_ == turn) {
                    poll->settings_->connections->cancel(*poll);
                }
            });
        }
    }

private:
    std::weak_ptr<room_poll> one_;
    std::uint64_t turn_;
};

room_poll::room_poll(std::shared_ptr<const poll_settings> settings,
                     std::shared_ptr<poll_shelf> shelf)
    : settings_(std::move(settings)), shelf_(std::move(shelf)) {
    wanted = settings_->request;
    wanted.request_class = http::request_class::poll;
    sink = &document_;
}

void room_poll::start(std::string_view key, duration hold, time_point deadline,
                      observer::handler_type handler) {
    ++turn_;
    document_.restart();
    room_id_.assign(key);
    wanted.target.assign(settings_->request.target).append(key);
    wanted.attempt_timeout = deadline - clock::now();
    // The API counts whole seconds; a hold of less is none.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(hold).count();
    held_ = seconds > 0;
    if (held_) {
        wanted.target.append("?wait=");
        append_number(wanted.target, seconds);
    }
    const error_code refused =
        is_valid_id(key) ? settings_->error : error_code(error::invalid_argument);
    auto slot = asio::get_associated_cancellation_slot(handler);
    handler_.emplace(std::move(handler));
    if (refused) {
        answer = http::response();
        asio::post(settings_->strand,
                   [self = shared_from_this(), refused] { self->ended(refused); });
        return;
    }
    if (slot.is_connected()) {
        slot.assign(canceller(*this));
    }
    settings_->connections->start(shared_from_this());
}

std::string room_poll::message() const {
    const bool is_answered = document_.status() != 0;
    return failure_message(answer, document_,
                           is_answered && settings_->token ? settings_->token->to_hide()
                                                           : secret());
}

observation room_poll::seen(error_code ec) {
    const auto outcome = document_.outcome(ec);
    observation result = outcome ? observe_failure(outcome, answer, message())
                                 : observe_document(room_id_, document_.value());
    if (!outcome) {
        settings_->batches->announced(answer);
    }
    result.http_status = document_.status();
    result.held = held_;
    result.places = settings_->connections->places(http::request_class::poll);
    result.hold_limit = announced_hold(answer);
    result.times = answer.times;
    if (!held_) {
        result.round_trip = answer.times.first_byte + answer.times.read;
    }
    return result;
}

void room_poll::ended(error_code ec) {
    ++turn_;
    auto result = seen(ec);
    auto handler = *std::move(handler_);
    handler_.reset();
    const auto shelf = shelf_.lock();
    if (shelf && document_.size() <= most_kept) {
        shelf->push_back(shared_from_this());
    }
    std::move(handler)(std::move(result));
}

} // namespace roomport::hathora
