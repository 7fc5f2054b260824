// Polls through the whole library: wait engine, observer, pool, TLS, incremental reader.

#include "bench_options.hpp"
#include "hathora/connection_info_observer.hpp"

#include <roomport/http/pool.hpp>
#include <roomport/wait/cadence.hpp>
#include <roomport/wait/wait_engine.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

namespace asio = boost::asio;
using namespace roomport;

class no_pause final : public cadence {
public:
    no_pause() = default;
    duration pause(const cadence_input&) override { return duration::zero(); }
};

class run {
public:
    explicit run(const bench::bench_options& how)
        : options_(how), rooms_(how.rate == 0 ? how.connections : how.rate), starter_(context_),
          stage_(context_) {
        http::pool_options pool;
        pool.max_connections = how.connections;
        pool.tls.ca_file = how.ca_file;
        const bool with_strand = std::getenv("BENCH_STRAND") != nullptr;
        const asio::any_io_executor strand =
            with_strand ? asio::any_io_executor(asio::make_strand(context_))
                        : asio::any_io_executor(context_.get_executor());
        const auto origin =
            http::origin::parse("https://localhost:" + std::to_string(how.port)).value();
        pool_ = std::make_shared<http::pool>(strand, context_.get_executor(), origin, pool);
        wait_engine_options engine;
        engine.max_in_flight = how.connections;
        engine.max_held = 0;
        engine.tick = how.tick;
        engine.seed = 1;
        engine.cadence =
            how.rate == 0 ? std::make_shared<no_pause>() : fixed_cadence(std::chrono::seconds(1));
        engine_ = std::make_unique<wait_engine>(
            strand, context_.get_executor(),
            std::make_shared<hathora::connection_info_observer>(strand, pool_, "app-1"), engine);
    }

    int go() {
        start_rooms();
        context_.run();
        return failures_ == 0 ? 0 : 1;
    }

private:
    // One room asks once a second where a rate is given, so they start spread over the first.
    void start_rooms() {
        const auto together = options_.rate == 0 ? rooms_ : std::max<std::size_t>(1, rooms_ / 1000);
        for (std::size_t i = 0; i < together && started_ < rooms_; ++i) {
            wait_options how;
            how.timeout = std::chrono::hours(1);
            engine_->async_wait(bench::room_id(started_++), how,
                                [this](error_code, const wait_result& result) {
                                    if (!ending_) {
                                        std::fprintf(stderr, "a wait ended: %s\n",
                                                     result.evidence.last_message.c_str());
                                        ++failures_;
                                    }
                                });
        }
        if (started_ < rooms_) {
            starter_.expires_after(std::chrono::milliseconds(1));
            starter_.async_wait([this](error_code) { start_rooms(); });
            return;
        }
        stage_.expires_after(options_.warm_up);
        stage_.async_wait([this](error_code) { begin(); });
    }

    void begin() {
        measurement_.begin(engine_->metrics().polls);
        stage_.expires_after(options_.time);
        stage_.async_wait([this](error_code) { end(); });
    }

    void end() {
        const auto metrics = engine_->metrics();
        measurement_.end(metrics.polls);
        if (metrics.failures != 0) {
            std::fprintf(stderr, "%llu polls failed\n",
                         static_cast<unsigned long long>(metrics.failures));
            ++failures_;
        }
        ending_ = true;
        engine_.reset();
        pool_.reset();
    }

    bench::bench_options options_;
    std::size_t rooms_;
    asio::io_context context_{1};
    asio::steady_timer starter_;
    asio::steady_timer stage_;
    std::shared_ptr<http::pool> pool_;
    std::unique_ptr<wait_engine> engine_;
    bench::measurement measurement_;
    std::size_t started_ = 0;
    int failures_ = 0;
    bool ending_ = false;
};

} // namespace

int main(int count, char** words) {
    return run(bench::read_options(count, words)).go();
}
