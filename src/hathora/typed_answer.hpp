#pragma once

#include "hathora/answer.hpp"

#include <roomport/json/reader.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace roomport::hathora {

/// An answer that is read into a model, or a list of models, as it arrives.
template <class T>
class typed_answer final : public answer {
public:
    using answer::answer;

    /// The document. To be called once, after a success.
    T take() { return reader_.take(); }

    /// The same without taking it: valid until the next answer begins.
    const T& value() const { return reader_.value(); }

private:
    void begin_document() override { reader_.reset(); }
    error_code write_document(std::string_view bytes) override { return reader_.write(bytes); }
    error_code end_document() override { return reader_.finish(); }
    std::string document_failure() const override { return reader_.error().message(); }

    json::reader<T> reader_;
};

/// The answer of an operation that has no document: a body, if there is one all the same, is not looked at.
template <>
class typed_answer<no_content> final : public answer {
public:
    using answer::answer;

    no_content take() { return {}; }

private:
    void begin_document() override {}
    error_code write_document(std::string_view) override { return {}; }
    error_code end_document() override { return {}; }
    std::string document_failure() const override { return {}; }
};

} // namespace roomport::hathora
