#pragma once

#include <roomport/export.hpp>
#include <roomport/json/reader.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace roomport::json {

/// The names of all models of the API that this library reads, in alphabetical order. Thread-safe.
ROOMPORT_EXPORT std::span<const std::string_view> model_names() noexcept;

/// Reads one JSON document as a model that is chosen by its name at run time.
///
/// The same as a @ref reader, for programs that learn the model's name from their user. One thread
/// at a time.
class ROOMPORT_EXPORT model_document : public reader_base {
public:
    /// A reader at the start of a document.
    /// @param model_name one of @ref model_names, as `ConnectionInfoV2`.
    /// @param limits what is accepted at most.
    /// @throws boost::system::system_error with `error::invalid_argument` when there is no such
    /// model.
    explicit model_document(std::string_view model_name, const read_limits& limits = read_limits());

    ~model_document();

    /// The model as canonical JSON, see @ref append.
    /// @pre finish() returned no error.
    /// @throws std::logic_error when the document is not complete.
    std::string to_string() const;

private:
    using holder = std::unique_ptr<void, void (*)(void*)>;
    model_document(const detail::value_type& type, const read_limits& limits);
    model_document(const detail::value_type& type, holder value, const read_limits& limits);

    const detail::value_type* type_;
    holder value_;
};

} // namespace roomport::json
