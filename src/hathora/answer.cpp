#include "hathora/answer.hpp"

#include "hathora/clean_text.hpp"
#include "hathora/redact.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/model/api_error.hpp>

#include <algorithm>

namespace roomport::hathora {
namespace {

// Enough for any message worth showing; a gateway's error page may be long.
constexpr std::size_t longest_error_body = 16 * 1024;

} // namespace

void answer::restart() {
    status_ = 0;
    size_ = 0;
    document_failed_ = false;
    error_body_.clear();
    is_cut_ = false;
}

void answer::begin(const http::response& head) {
    restart();
    status_ = head.status;
    if (status_ == success_status_) {
        begin_document();
    }
}

error_code answer::write(std::string_view bytes) {
    size_ += bytes.size();
    if (status_ == success_status_) {
        const auto ec = write_document(bytes);
        document_failed_ = ec.failed();
        return ec;
    }
    is_cut_ = is_cut_ || bytes.size() > longest_error_body - error_body_.size();
    error_body_.append(bytes.substr(0, longest_error_body - error_body_.size()));
    return {};
}

error_code answer::end() {
    if (status_ == success_status_) {
        const auto ec = end_document();
        document_failed_ = ec.failed();
        return ec;
    }
    return {};
}

error_code answer::outcome(error_code request_outcome) const {
    if (request_outcome) {
        return request_outcome;
    }
    return status_ == success_status_ ? error_code() : make_http_status_error(status_);
}

std::string answer::message(const secret& token) const {
    if (document_failed_) {
        return clean_text(document_failure(), token);
    }
    if (error_body_.empty()) {
        return {};
    }
    if (const auto parsed = json::read<api_error>(error_body_)) {
        return clean_text(parsed->message, token);
    }
    std::string_view shown = error_body_;
    if (is_cut_) {
        // It may end within a token, which nobody would recognize.
        const std::size_t unsure = longest_character_form * token.reveal().size();
        shown.remove_suffix(std::min(unsure, shown.size()));
    }
    return clean_text(shown, token);
}

} // namespace roomport::hathora
