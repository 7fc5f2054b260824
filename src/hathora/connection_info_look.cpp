#include "hathora/connection_info_look.hpp"

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

// What a look may keep for the next one; a server that once answered at length is not to cost memory for ever.
constexpr std::size_t most_kept = std::size_t{16} * 1024;

void append_number(std::string& to, std::chrono::seconds::rep number) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    to.append(text.data(), end);
}

} // namespace

/// Stays in the slot until the next look takes its place, so that the slot's memory is used again; it does nothing once its
/// own look is over.
class connection_info_look::canceller {
public:
    explicit canceller(connection_info_look& one) : one_(one.weak_from_this()), turn_(one.turn_) {}

    void operator()(asio::cancellation_type type) const {
        if (type == asio::cancellation_type::none) {
            return;
        }
        if (auto look = one_.lock()) {
            asio::post(look->settings_->strand, [look, turn = turn_] {
                if (look->turn_ == turn) {
                    look->settings_->connections->cancel(*look);
                }
            });
        }
    }

private:
    std::weak_ptr<connection_info_look> one_;
    std::uint64_t turn_;
};

connection_info_look::connection_info_look(std::shared_ptr<const look_settings> settings,
                                           std::shared_ptr<look_shelf> shelf)
    : settings_(std::move(settings)), shelf_(std::move(shelf)) {
    wanted = settings_->request;
    sink = &document_;
}

void connection_info_look::start(std::string_view key, duration hold, time_point deadline,
                                 observer::handler_type handler) {
    ++turn_;
    document_.restart();
    room_id_.assign(key);
    wanted.target.assign(settings_->request.target).append(key);
    wanted.deadline = deadline;
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

std::string connection_info_look::message() const {
    const bool is_answered = document_.status() != 0;
    return document_.message(is_answered && settings_->token ? settings_->token->to_hide()
                                                             : secret());
}

observation connection_info_look::seen(error_code ec) {
    const auto outcome = document_.outcome(ec);
    observation result = outcome ? observe_failure(outcome, answer, message())
                                 : observe_document(room_id_, document_.value());
    if (!outcome) {
        settings_->batches->announced(answer);
    }
    result.http_status = document_.status();
    result.held = held_;
    result.hold_limit = announced_hold(answer);
    result.times = answer.times;
    if (!held_) {
        result.round_trip = answer.times.first_byte + answer.times.read;
    }
    return result;
}

void connection_info_look::ended(error_code ec) {
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
