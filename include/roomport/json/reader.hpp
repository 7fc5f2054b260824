#pragma once

#include <roomport/error.hpp>
#include <roomport/export.hpp>
#include <roomport/json/document.hpp>
#include <roomport/json/read_error.hpp>
#include <roomport/json/read_limits.hpp>

#include <boost/system/result.hpp>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace roomport::json {

namespace detail {
class read_engine;
}

/// What readers of all models have in common: bytes go in, piece by piece.
class ROOMPORT_EXPORT reader_base {
public:
    reader_base(const reader_base&) = delete;
    reader_base& operator=(const reader_base&) = delete;

    /// Reads the next bytes of the document.
    ///
    /// The pieces may be of any size, 0 included: neither the value nor the error depends on them.
    /// Nothing blocks and `bytes` is not kept. Memory grows only with the values that are kept.
    /// @param bytes the next bytes, needed during the call only.
    /// @return no error as long as the bytes so far begin a valid document; otherwise the code of @ref error.
    ///         After an error every call does nothing and returns that error again.
    /// @throws std::bad_alloc when memory runs out; until it is reset, the reader then has the error
    ///         `boost::system::errc::not_enough_memory`.
    /// @throws std::logic_error when the document was already finished.
    error_code write(std::string_view bytes);

    /// Says that all bytes were written.
    /// @return no error when they are one complete document of the model; otherwise the code of @ref error. Calling it
    ///         again returns the same.
    error_code finish();

    /// What went wrong, or no error. Valid until the reader is reset or destroyed.
    const read_error& error() const noexcept;

protected:
    /// @param type   how the target is described.
    /// @param target what is filled; it must outlive the reader.
    /// @param limits what is refused.
    reader_base(const detail::value_type& type, void* target, const read_limits& limits);
    ~reader_base();

    /// Whether one whole document was read.
    bool complete() const noexcept;
    /// Begins another document; an error is forgotten.
    void restart() noexcept;

private:
    std::unique_ptr<detail::read_engine> engine_;
};

/// Reads one JSON document as a model, while its bytes arrive.
///
/// The order of members is free, unknown members are skipped (they may be any valid JSON), and a
/// member that may be missing may as well be `null`. Unknown enum values keep their text. 32-bit
/// integers may be written as `34567.0` or `1e3`; a value that does not fit its type without loss
/// is an error. See @ref read_error for what is one.
///
/// One thread at a time may use a reader; different readers are independent. It stays where it is:
/// neither copied nor moved.
/// @tparam T a model, a `std::vector` of one for a JSON array, or a `std::string` for a JSON string.
template <document T>
class reader : public reader_base {
public:
    /// A reader at the start of a document.
    /// @param limits what is accepted at most.
    explicit reader(const read_limits& limits = read_limits())
        : reader_base(detail::value_type_of<T>, &value_, limits) {}

    /// The value, which stays the reader's. Valid until the reader is reset or destroyed.
    /// @pre finish() returned no error.
    /// @throws std::logic_error when the document is not complete.
    const T& value() const {
        if (!complete()) {
            throw std::logic_error("roomport: value() before the document was read to its end");
        }
        return value_;
    }

    /// Gives the value away and resets the reader.
    /// @pre finish() returned no error.
    /// @throws std::logic_error when the document is not complete: half a value is never handed
    /// out.
    T take() {
        if (!complete()) {
            throw std::logic_error("roomport: take() before the document was read to its end");
        }
        T result = std::move(value_);
        reset();
        return result;
    }

    /// The reader is at the start of a new document. The memory of the values it has is used again, so that a reader of
    /// similar documents soon allocates nothing; destroy it to give that memory back.
    void reset() noexcept { restart(); }

private:
    T value_;
};

/// Reads a whole JSON document.
/// @param text all bytes of the document.
/// @param details where to put what went wrong, path and offset included; may be null.
/// @param limits what is accepted at most.
/// @return the value, or the code of the error. Thread-safe.
/// @see reader
template <document T>
boost::system::result<T> read(std::string_view text, read_error* details = nullptr,
                              const read_limits& limits = read_limits()) {
    reader<T> source(limits);
    error_code failure = source.write(text);
    if (!failure) {
        failure = source.finish();
    }
    if (details != nullptr) {
        *details = source.error();
    }
    if (failure) {
        return failure;
    }
    return source.take();
}

} // namespace roomport::json
