#pragma once

#include <roomport/hathora/token_source.hpp>
#include <roomport/secret.hpp>

#include <memory>
#include <string>

namespace roomport::hathora {

/// A source of tokens that knows which one it gave last: no message may show it, not even one in answer to a request
/// that had no token. Used on one executor.
class remembered_token final : public token_source {
public:
    /// @param source not null.
    explicit remembered_token(std::shared_ptr<token_source> source);

    /// @copydoc token_source::current A source that throws, or gives an error other than `error::token_unavailable`,
    /// yields `error::token_source_failed`.
    boost::system::result<secret> current() override;
    bool refused() override;
    std::string where() const override;

    /// Why `current` gave none the last time, in the source's own words: clean, and without a token that it gave before.
    /// Empty: it said nothing.
    const std::string& failure() const noexcept { return failure_; }

    /// What messages must not show. The source is asked for it at most once, and not if it gave a token before.
    const secret& to_hide();

private:
    std::shared_ptr<token_source> source_;
    secret last_;
    std::string failure_;
    bool was_asked_ = false;
};

} // namespace roomport::hathora
