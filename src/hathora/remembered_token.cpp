#include "hathora/remembered_token.hpp"

#include "hathora/clean_text.hpp"

#include <exception>
#include <utility>

namespace roomport::hathora {

remembered_token::remembered_token(std::shared_ptr<token_source> source)
    : source_(std::move(source)) {}

boost::system::result<secret> remembered_token::current() {
    was_asked_ = true;
    failure_.clear();
    try {
        auto token = source_->current();
        if (token) {
            last_ = *token;
            return token;
        }
        if (token.error() == error_code(error::token_unavailable)) {
            return token;
        }
        failure_ = clean_text(token.error().message(), last_);
        if (token.error() == boost::system::errc::too_many_files_open) {
            failure_ += "; allow more open files (ulimit -n)";
        }
    } catch (const std::exception& thrown) {
        failure_ = clean_text(thrown.what(), last_);
    } catch (...) {
        // It has no words.
    }
    return error::token_source_failed;
}

bool remembered_token::refused() {
    try {
        return source_->refused();
    } catch (...) {
        // Then it has no other token, either.
        return false;
    }
}

std::string remembered_token::where() const {
    try {
        return source_->where();
    } catch (...) {
        return {};
    }
}

const secret& remembered_token::to_hide() {
    if (!was_asked_) {
        static_cast<void>(current());
    }
    return last_;
}

} // namespace roomport::hathora
