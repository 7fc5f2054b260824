#pragma once

#include "allocation/allocator.hpp"
#include "providers/configuration.hpp"
#include "providers/http/answers.hpp"

#include <roomport/http/pool.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace roomport::providers {

/// An orchestrator that `[provider.http]` describes: requests from templates, answers by JSON pointers.
class http_allocator final : public allocation::allocator {
public:
    /// @param executor of one thread, which is the only one that calls.
    /// @throws boost::system::system_error when a TLS file can't be used.
    http_allocator(boost::asio::any_io_executor executor, const provider_configuration& with);
    ~http_allocator() override;

    allocation::capabilities platform() const override;
    void create(const allocation::intent& what,
                std::function<void(const allocation::create_outcome&)> done) override;
    void find(const allocation::intent& what,
              std::function<void(const allocation::find_outcome&)> done) override;
    void list(const std::string& owner,
              std::function<void(const allocation::list_outcome&)> done) override;
    void stop(const std::string& key,
              std::function<void(const allocation::stop_answer&)> done) override;
    void observe(const std::string& key,
                 std::function<void(const allocation::observe_outcome&)> done) override;

private:
    class operation;
    class listing;

    http::pool& pool_of(const http::origin& target);
    void send(const http_verb& verb, const placeholder_values& values,
              const std::string& further_query, std::function<void(http_answer)> done);
    void list_more(std::shared_ptr<listing> all);
    placeholder_values values_of(const allocation::intent& what) const;

    boost::asio::any_io_executor executor_;
    provider_configuration with_;
    /// Empty once this object is gone: what comes back later finds nobody.
    std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);
    std::map<std::string, std::unique_ptr<http::pool>> pools_;
};

} // namespace roomport::providers
