#pragma once

#include "json/tokenizer.hpp"

#include <roomport/json/read_error.hpp>
#include <roomport/json/read_limits.hpp>
#include <roomport/json/value_type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::json::detail {

/// Puts the tokens of one document into a variable, as its type's table says.
///
/// What the variable holds from a document before is overwritten in place, so that its memory is used again; whatever the
/// new document lacks is taken out where its object or list ends.
class read_engine final : private token_handler {
public:
    read_engine(const value_type& type, void* target, const read_limits& limits);

    error_code write(std::string_view bytes);
    error_code finish();
    void reset() noexcept;

    const read_error& error() const noexcept { return error_; }
    bool complete() const noexcept { return finished_ && !error_.code; }

private:
    /// Where the next value goes; without a type it is skipped.
    struct destination {
        const value_type* type = nullptr;
        void* slot = nullptr;
    };

    /// An open object or array; without a type it is skipped.
    struct level {
        level() = default;

        const value_type* type = nullptr;
        void* value = nullptr;
        std::uint64_t seen_members = 0;
        const member_type* member = nullptr;
        /// The index of the member that is likely to be next.
        std::size_t expected = 0;
        std::uint64_t index = 0;
        std::string name;
        std::uint64_t name_offset = 0;
        bool is_array = false;
        bool at_value = false;
        bool name_cut = false;
    };

    bool object_begin(std::uint64_t offset) override;
    bool object_end(std::uint64_t offset) override;
    bool array_begin(std::uint64_t offset) override;
    bool array_end(std::uint64_t offset) override;
    bool name_begin(std::uint64_t offset) override;
    bool name_part(std::string_view utf8) override;
    bool name_end() override;
    bool text_begin(std::uint64_t offset) override;
    bool text_part(std::string_view utf8) override;
    bool text_end() override;
    bool name(std::uint64_t offset, std::string_view utf8) override;
    bool text(std::uint64_t offset, std::string_view utf8) override;
    bool number(std::uint64_t offset, const decimal_number& value) override;
    bool boolean(std::uint64_t offset, bool value) override;
    bool null(std::uint64_t offset) override;
    void syntax_error(std::uint64_t offset, std::string_view reason) override;

    template <class Action>
    void guard_memory(Action action);
    level* top() noexcept { return depth_ == 0 ? nullptr : &levels_[depth_ - 1]; }
    bool next_destination(std::uint64_t offset, destination& next);
    void value_done() noexcept;
    void open_level(const destination& next, bool is_array);
    bool wrong_type(std::uint64_t offset, const value_type& expected, std::string_view found);
    bool fail(roomport::error code, std::uint64_t offset, std::string reason);
    std::string path() const;

    const value_type& root_;
    void* target_;
    read_limits limits_;
    tokenizer tokenizer_;
    read_error error_;
    std::vector<level> levels_;
    std::size_t depth_ = 0;
    destination text_destination_;
    std::uint64_t text_offset_ = 0;
    /// Collects a text that is not kept as it is.
    std::string text_;
    /// Where the parts of a text go: the value itself, or `text_`.
    std::string* text_target_ = &text_;
    bool finished_ = false;
};

} // namespace roomport::json::detail
