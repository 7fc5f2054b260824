#pragma once

#include "hathora/answer.hpp"

#include <roomport/hathora/response_document.hpp>

namespace roomport::hathora {

/// An answer together with what its document is read into.
template <class T>
class typed_answer final : private detail::typed_response<T>, public answer {
    using document = detail::typed_response<T>;

public:
    explicit typed_answer(const operation_description& what)
        : answer(what, static_cast<detail::response_document&>(*this)) {}

    /// The document. To be called once, after a success.
    T take() { return document::take(); }

    /// The same without taking it: valid until the next answer begins.
    const T& value() const { return document::value(); }
};

} // namespace roomport::hathora
