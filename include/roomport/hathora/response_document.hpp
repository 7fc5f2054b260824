#pragma once

/// @file
/// Where the document of an operation's answer goes. Used by the client; nothing that users write themselves.

#include <roomport/error.hpp>
#include <roomport/hathora/operation.hpp>
#include <roomport/json/reader.hpp>

#include <string>
#include <string_view>

namespace roomport::hathora::detail {

/// Takes the document of a successful answer as it arrives, whatever its type.
class response_document {
public:
    response_document() = default;
    response_document(const response_document&) = delete;
    response_document& operator=(const response_document&) = delete;
    virtual ~response_document() = default;

    /// Forgets what came before: another document begins.
    virtual void begin_document() = 0;
    virtual error_code write_document(std::string_view bytes) = 0;
    virtual error_code end_document() = 0;
    /// Where the document is broken, after an error.
    virtual std::string document_failure() const = 0;
};

/// Reads it into a model, or a list of models.
template <class T>
class typed_response : public response_document {
public:
    static_assert(json::document<T>,
                  "the response of an operation is a described model with model_traits, a "
                  "std::vector of one, a std::string, or no_content");

    typed_response() = default;

    void begin_document() override { reader_.reset(); }
    error_code write_document(std::string_view bytes) override { return reader_.write(bytes); }
    error_code end_document() override { return reader_.finish(); }
    std::string document_failure() const override { return reader_.error().message(); }

    /// The document. To be called once, after a success.
    T take() { return reader_.take(); }

    /// The same without taking it: valid until the next answer begins.
    const T& value() const { return reader_.value(); }

private:
    json::reader<T> reader_;
};

/// For an operation that has no document: a body, if there is one all the same, is not looked at.
template <>
class typed_response<no_content> : public response_document {
public:
    typed_response() = default;

    void begin_document() override {}
    error_code write_document(std::string_view) override { return {}; }
    error_code end_document() override { return {}; }
    std::string document_failure() const override { return {}; }

    no_content take() { return {}; }
};

} // namespace roomport::hathora::detail
