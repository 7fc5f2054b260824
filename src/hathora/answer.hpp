#pragma once

#include <roomport/error.hpp>
#include <roomport/hathora/operation.hpp>
#include <roomport/hathora/response_document.hpp>
#include <roomport/http/body_sink.hpp>
#include <roomport/secret.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace roomport::hathora {

/// Takes the answer to an operation: a document on success, else the server's message.
class answer : public http::body_sink {
public:
    /// @param document what the document of a success is read into; it must outlive this.
    answer(const operation_description& what, detail::response_document& document)
        : document_(document), success_status_(what.success_status) {}

    /// Forgets what came before: the request is about to be sent again.
    void restart();

    void begin(const http::response& head) final;
    error_code write(std::string_view bytes) final;
    error_code end() final;

    /// The failure that the answer as a whole means, given how the request for it ended.
    error_code outcome(error_code request_outcome) const;

    /// On failure, the server's message or where the document is broken, clean and without `token`. Where the body is not
    /// what was asked for, by its coding or its media type, it names that and shows how the body begins.
    std::string message(const secret& token) const;

    /// The status of the answer; 0 while there is none.
    int status() const noexcept { return status_; }

    /// How many bytes of body the answer has had.
    std::size_t size() const noexcept { return size_; }

private:
    void look_at_form(const http::response& head);
    void keep(std::string_view bytes);
    std::string beginning(const secret& token) const;

    detail::response_document& document_;
    int success_status_;
    int status_ = 0;
    std::size_t size_ = 0;
    bool document_failed_ = false;
    /// That the body is not JSON as it is, by what the head says, in words; else empty.
    std::string strange_form_;
    bool is_coded_ = false;
    /// The beginning of a body that may have to be shown.
    std::string kept_body_;
    bool is_cut_ = false;
};

/// The details of a failed request, clean and without `token`: what the connection knows of its failure, or else what the
/// answer says.
std::string failure_message(const http::response& response, const answer& document,
                            const secret& token);

} // namespace roomport::hathora
