#include "poller/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <new>
#include <string>

namespace roomport::poller {
namespace {

// One thread logs, and what takes the lines never blocks.
class stream_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit stream_sink(standard_streams& streams) : streams_(streams) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        streams_.write_line(standard_streams::target::error,
                            std::string_view(line.data(), line.size()));
    }

    void flush_() override {}

    standard_streams& streams_;
};

} // namespace

struct log::impl {
    impl(standard_streams& given, std::string_view level)
        : streams(given), logger("roomport-poller", std::make_shared<stream_sink>(given)) {
        logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc,
            ""));
        logger.set_error_handler(
            [&given](const std::string&) { given.drop_line(standard_streams::target::error); });
        logger.set_level(spdlog::level::from_str(std::string(level)));
    }

    void write(spdlog::level::level_enum level, std::string_view event,
               const json::object_writer& fields) {
        if (!logger.should_log(level)) {
            return;
        }
        try {
            write_members(level, event, fields);
        } catch (const std::bad_alloc&) {
            streams.drop_line(standard_streams::target::error);
        }
    }

    void write_members(spdlog::level::level_enum level, std::string_view event,
                       const json::object_writer& fields) {
        auto members = json::object_writer().member("event", event).to_string();
        const auto more = fields.to_string();
        members = members.substr(1, members.size() - 2);
        if (more != "{}") {
            members += "," + more.substr(1, more.size() - 2);
        }
        logger.log(level, spdlog::string_view_t(members.data(), members.size()));
    }

    standard_streams& streams;
    spdlog::logger logger;
};

log::log(standard_streams& streams, std::string_view level)
    : impl_(std::make_unique<impl>(streams, level)) {}

log::~log() = default;

void log::debug(std::string_view event, const json::object_writer& fields) {
    impl_->write(spdlog::level::debug, event, fields);
}

void log::info(std::string_view event, const json::object_writer& fields) {
    impl_->write(spdlog::level::info, event, fields);
}

void log::warning(std::string_view event, const json::object_writer& fields) {
    impl_->write(spdlog::level::warn, event, fields);
}

void log::error(std::string_view event, const json::object_writer& fields) {
    impl_->write(spdlog::level::err, event, fields);
}

} // namespace roomport::poller
