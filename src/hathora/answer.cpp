#include "hathora/answer.hpp"

#include "hathora/clean_text.hpp"
#include "hathora/redact.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/model/api_error.hpp>

#include <algorithm>

namespace roomport::hathora {
namespace {

// Enough for any message worth showing; a gateway's error page may be long.
constexpr std::size_t most_kept_bytes = 16 * 1024;

// How much of a body that is not what was asked for.
constexpr std::size_t longest_beginning = 80;

constexpr std::size_t longest_form = 60;

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [lower](char a, char b) { return lower(a) == lower(b); });
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
    return text.size() >= end.size() &&
           equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

std::string_view without_spaces(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_json(std::string_view media_type) {
    return media_type.empty() || equals_ignoring_case(media_type, "application/json") ||
           equals_ignoring_case(media_type, "text/json") || ends_ignoring_case(media_type, "+json");
}

bool is_plain(std::string_view coding) {
    return coding.empty() || equals_ignoring_case(coding, "identity");
}

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string quoted(std::string_view name) {
    return "'" + clean_text(name.substr(0, longest_form)) + "'";
}

} // namespace

void answer::restart() {
    status_ = 0;
    size_ = 0;
    document_failed_ = false;
    strange_form_.clear();
    is_coded_ = false;
    kept_body_.clear();
    is_cut_ = false;
}

void answer::begin(const http::response& head) {
    restart();
    status_ = head.status;
    look_at_form(head);
    if (status_ == success_status_) {
        document_.begin_document();
    }
}

void answer::look_at_form(const http::response& head) {
    const auto coding = without_spaces(head.find("Content-Encoding").value_or(""));
    const auto type = head.find("Content-Type").value_or("");
    const auto media_type = without_spaces(type.substr(0, type.find(';')));
    is_coded_ = !is_plain(coding);
    if (is_coded_) {
        strange_form_ = "the answer's body has the content coding " + quoted(coding) +
                        ", which was not asked for";
    } else if (!is_json(media_type)) {
        strange_form_ =
            "the answer's body is of the media type " + quoted(media_type) + ", not JSON";
    }
}

error_code answer::write(std::string_view bytes) {
    size_ += bytes.size();
    if (status_ != success_status_) {
        keep(bytes);
        return {};
    }
    if (!strange_form_.empty()) {
        keep(bytes);
    }
    const auto ec = document_.write_document(bytes);
    document_failed_ = ec.failed();
    return ec;
}

void answer::keep(std::string_view bytes) {
    const auto room = most_kept_bytes - kept_body_.size();
    is_cut_ = is_cut_ || bytes.size() > room;
    kept_body_.append(bytes.substr(0, room));
}

error_code answer::end() {
    if (status_ == success_status_) {
        const auto ec = document_.end_document();
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
        const auto failure = clean_text(document_.document_failure(), token);
        return strange_form_.empty()
                   ? failure
                   : clean_text(strange_form_ + ": " + failure, token) + beginning(token);
    }
    if (kept_body_.empty()) {
        return {};
    }
    if (const auto parsed = json::read<api_error>(kept_body_)) {
        return clean_text(parsed->message, token);
    }
    if (is_coded_) {
        return clean_text(strange_form_, token) + beginning(token);
    }
    std::string_view shown = kept_body_;
    if (is_cut_) {
        // It may end within a token, which nobody would recognize.
        const std::size_t unsure = longest_character_form * token.reveal().size();
        shown.remove_suffix(std::min(unsure, shown.size()));
    }
    return clean_text(shown, token);
}

std::string answer::beginning(const secret& token) const {
    // Only a part of the body may have come, which may end within a token.
    auto shown = clean_text(without_begun_token(kept_body_, token.reveal()), token);
    if (shown.empty()) {
        return {};
    }
    if (shown.size() > longest_beginning) {
        auto end = longest_beginning;
        while (end > 0 && is_continuation(shown[end])) {
            --end;
        }
        shown.resize(end);
        shown += "...";
    }
    return "; it begins: " + shown;
}

std::string failure_message(const http::response& response, const answer& document,
                            const secret& token) {
    return response.problem.empty() ? document.message(token) : clean_text(response.problem, token);
}

} // namespace roomport::hathora
