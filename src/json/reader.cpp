#include <roomport/json/reader.hpp>

#include "json/read_engine.hpp"

namespace roomport::json {

reader_base::reader_base(const detail::value_type& type, void* target, const read_limits& limits)
    : engine_(std::make_unique<detail::read_engine>(type, target, limits)) {}

reader_base::~reader_base() = default;

error_code reader_base::write(std::string_view bytes) {
    return engine_->write(bytes);
}

error_code reader_base::finish() {
    return engine_->finish();
}

const read_error& reader_base::error() const noexcept {
    return engine_->error();
}

bool reader_base::complete() const noexcept {
    return engine_->complete();
}

void reader_base::restart() noexcept {
    engine_->reset();
}

} // namespace roomport::json
