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

    /// @copydoc token_source::current A source that throws has no token to give.
    boost::system::result<secret> current() override;
    bool refused() override;
    std::string where() const override;

    /// What messages must not show. The source is asked for it at most once, and not if it gave a token before.
    const secret& to_hide();

private:
    std::shared_ptr<token_source> source_;
    secret last_;
    bool was_asked_ = false;
};

} // namespace roomport::hathora
