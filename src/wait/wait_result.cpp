#include <roomport/wait/wait_result.hpp>

#include <utility>

namespace roomport {
namespace {

std::string text_of(error_code ec, const wait_evidence& evidence) {
    const std::string without_port = "the wait ended without a port";
    if (ec == errc::deadline_passed) {
        return without_port + ": " + evidence.summary();
    }
    return evidence.last_message.empty() ? without_port : evidence.last_message;
}

} // namespace

std::string wait_evidence::summary() const {
    std::string text;
    if (!last_status.empty()) {
        text += "last status " + last_status + ", ";
    }
    if (last_error) {
        text += "last error ";
        text += word(classify(last_error));
        text += " (" + last_error.message();
        text += last_message.empty() ? last_message : ": " + last_message;
        text += "), ";
    } else if (!last_message.empty()) {
        text += last_message + ", ";
    }
    return text + std::to_string(polls) + (polls == 1 ? " poll" : " polls");
}

wait_error::wait_error(error_code ec, wait_evidence evidence)
    : boost::system::system_error(ec, text_of(ec, evidence)), evidence_(std::move(evidence)) {}

error_code wait_error::reason() const noexcept {
    const bool has_reason = code() == errc::deadline_passed && evidence_.reason();
    return has_reason ? evidence_.reason() : code();
}

} // namespace roomport
