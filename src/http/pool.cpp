#include <roomport/http/pool.hpp>

#include "http/pool_impl.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <utility>

namespace roomport::http {

namespace asio = boost::asio;

pool::pool(asio::any_io_executor io_executor, origin target, pool_options options)
    : pool(asio::make_strand(io_executor), io_executor, std::move(target), std::move(options)) {}

pool::pool(asio::any_io_executor strand, asio::any_io_executor io_executor, origin target,
           pool_options options)
    : impl_(std::make_shared<impl>(std::move(strand), std::move(io_executor), std::move(target),
                                   std::move(options))) {
    roomport::detail::watch_shutdown(impl_->strand(), impl_);
}

pool::~pool() {
    impl_->detach_from_resolver();
    // The last reference goes along, so that all ends on the strand.
    const auto strand = impl_->strand();
    asio::post(strand, [self = std::move(impl_)] { self->shut_down(); });
}

void pool::start_request(std::shared_ptr<impl> self, request wanted, body_sink& sink,
                         handler_type handler) {
    self->start(std::move(wanted), sink, std::move(handler));
}

void pool::start(std::shared_ptr<exchange> what) {
    impl_->begin(std::move(what));
}

void pool::cancel(exchange& what) {
    impl_->cancel(what);
}

void pool::cancel() {
    impl_->cancel_all_later();
}

std::size_t pool::places(request_class of) const {
    return impl_->places(of);
}

pool_metrics pool::metrics() const {
    return impl_->metrics();
}

const origin& pool::target() const noexcept {
    return impl_->target();
}

} // namespace roomport::http
