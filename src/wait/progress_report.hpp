#pragma once

#include "wait/wait_settings.hpp"

#include <roomport/wait/wait_options.hpp>

#include <string>

namespace roomport::wait_detail {

/// An event for a caller's `on_progress`, with its words: key and wait may be forgotten before it is told.
class progress_report {
public:
    /// @param settings have an `on_progress`.
    progress_report(settings_pointer settings, const wait_event& event)
        : settings_(std::move(settings)), event_(event), key_(event.key), status_(event.status),
          message_(event.message) {
        event_.key = key_;
        event_.status = status_;
        event_.message = message_;
    }
    progress_report(const progress_report&) = delete;
    progress_report& operator=(const progress_report&) = delete;

    /// Calls `on_progress`; throws what that throws.
    void tell() const { settings_->options.on_progress(event_); }

private:
    settings_pointer settings_;
    wait_event event_;
    std::string key_;
    std::string status_;
    std::string message_;
};

} // namespace roomport::wait_detail
