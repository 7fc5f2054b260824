#include "json/read_engine.hpp"

#include "json/scalar.hpp"
#include "json/text.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace roomport::json::detail {
namespace {

// Longer than any name that a model has; what is longer is skipped and shown cut.
constexpr std::size_t kept_name_bytes = 128;

} // namespace

read_engine::read_engine(const value_type& type, void* target, const read_limits& limits)
    : root_(type), target_(target), limits_(limits), tokenizer_(*this, limits.nesting) {}

// After an allocation failed, tokenizer and levels may not fit together any more: nothing may go on from there.
template <class Action>
void read_engine::guard_memory(Action action) {
    try {
        action();
    } catch (...) {
        error_.code = make_error_code(boost::system::errc::not_enough_memory);
        throw;
    }
}

error_code read_engine::write(std::string_view bytes) {
    if (error_.code) {
        return error_.code;
    }
    if (finished_) {
        throw std::logic_error("roomport: write() after the document was finished");
    }
    guard_memory([&] {
        const std::uint64_t room = limits_.document_bytes - tokenizer_.offset();
        if (tokenizer_.write(bytes.substr(0, std::min<std::uint64_t>(room, bytes.size()))) &&
            bytes.size() > room) {
            fail(error::value_too_large, limits_.document_bytes, "the document is too large");
        }
    });
    return error_.code;
}

error_code read_engine::finish() {
    if (!error_.code && !finished_) {
        guard_memory([&] { finished_ = tokenizer_.finish(); });
    }
    return error_.code;
}

void read_engine::reset() noexcept {
    tokenizer_.reset();
    if (error_.code) {
        error_ = read_error();
    }
    depth_ = 0;
    text_destination_ = destination();
    text_.clear();
    finished_ = false;
}

bool read_engine::next_destination(std::uint64_t offset, destination& next) {
    level* const open = top();
    if (open == nullptr) {
        next = {&root_, target_};
        return true;
    }
    open->at_value = true;
    if (open->type == nullptr) {
        return true;
    }
    if (!open->is_array) {
        if (open->member != nullptr) {
            next = {open->member->type, open->member->locate(open->value)};
        }
        return true;
    }
    if (open->index >= limits_.list_elements) {
        return fail(error::value_too_large, offset, "the list has too many elements");
    }
    next = {open->type->element, open->type->prepare(open->value, open->index)};
    return true;
}

void read_engine::value_done() noexcept {
    if (level* const open = top()) {
        open->at_value = false;
        ++open->index;
    }
}

void read_engine::open_level(const destination& next, bool is_array) {
    if (depth_ == levels_.size()) {
        levels_.emplace_back();
    }
    level& opened = levels_[depth_];
    opened.type = next.type;
    opened.value = next.type != nullptr ? next.type->engage(next.slot) : nullptr;
    opened.seen_members = 0;
    opened.member = nullptr;
    opened.expected = 0;
    opened.index = 0;
    opened.is_array = is_array;
    opened.at_value = false;
    ++depth_;
}

bool read_engine::object_begin(std::uint64_t offset) {
    destination next;
    if (!next_destination(offset, next)) {
        return false;
    }
    if (next.type != nullptr && next.type->kind != value_kind::object) {
        return wrong_type(offset, *next.type, "an object");
    }
    open_level(next, false);
    return true;
}

bool read_engine::object_end(std::uint64_t offset) {
    level& closed = *top();
    if (closed.type != nullptr) {
        const auto& members = closed.type->members;
        for (std::size_t index = 0; index < members.size(); ++index) {
            const auto& member = members[index];
            if (((closed.seen_members >> index) & 1U) != 0) {
                continue;
            }
            if (member.type->needed == presence::required) {
                closed.name = member.name();
                closed.name_cut = false;
                closed.at_value = true;
                return fail(error::wrong_shape, offset, "a required member is missing");
            }
            member.type->disengage(member.locate(closed.value));
        }
    }
    --depth_;
    value_done();
    return true;
}

bool read_engine::array_begin(std::uint64_t offset) {
    destination next;
    if (!next_destination(offset, next)) {
        return false;
    }
    if (next.type != nullptr && next.type->kind != value_kind::list) {
        return wrong_type(offset, *next.type, "an array");
    }
    open_level(next, true);
    return true;
}

bool read_engine::array_end(std::uint64_t) {
    const level& closed = *top();
    if (closed.type != nullptr) {
        closed.type->truncate(closed.value, closed.index);
    }
    --depth_;
    value_done();
    return true;
}

bool read_engine::name_begin(std::uint64_t offset) {
    level& open = *top();
    open.name.clear();
    open.name_cut = false;
    open.name_offset = offset;
    return true;
}

bool read_engine::name_part(std::string_view utf8) {
    level& open = *top();
    const std::size_t room = kept_name_bytes - open.name.size();
    open.name_cut = open.name_cut || utf8.size() > room;
    open.name += utf8.substr(0, room);
    return true;
}

bool read_engine::name_end() {
    level& open = *top();
    open.at_value = true;
    open.member = nullptr;
    if (open.type == nullptr || open.name_cut) {
        return true;
    }
    const auto& members = open.type->members;
    const std::string_view name = open.name;
    // Most servers keep to one order.
    auto found = open.expected < members.size() && members[open.expected].name() == name
                     ? members.begin() + static_cast<std::ptrdiff_t>(open.expected)
                     : std::ranges::find(members, name, &member_type::name);
    if (found == members.end()) {
        return true;
    }
    open.expected = static_cast<std::size_t>(found - members.begin()) + 1;
    open.member = &*found;
    const std::uint64_t mark = std::uint64_t{1} << static_cast<unsigned>(found - members.begin());
    if ((open.seen_members & mark) != 0) {
        return fail(error::wrong_shape, open.name_offset, "the member is there twice");
    }
    open.seen_members |= mark;
    return true;
}

bool read_engine::name(std::uint64_t offset, std::string_view utf8) {
    return name_begin(offset) && name_part(utf8) && name_end();
}

bool read_engine::text_begin(std::uint64_t offset) {
    text_destination_ = destination();
    text_offset_ = offset;
    if (!next_destination(offset, text_destination_)) {
        return false;
    }
    const value_type* const type = text_destination_.type;
    if (type == nullptr) {
        return true;
    }
    if (!takes_text(*type)) {
        return wrong_type(offset, *type, "a text");
    }
    text_target_ = type->kind == value_kind::text
                       ? static_cast<std::string*>(type->engage(text_destination_.slot))
                       : &text_;
    text_target_->clear();
    return true;
}

bool read_engine::text_part(std::string_view utf8) {
    if (text_destination_.type == nullptr) {
        return true;
    }
    if (utf8.size() > limits_.text_bytes - text_target_->size()) {
        return fail(error::value_too_large, text_offset_, "the text is too long");
    }
    *text_target_ += utf8;
    return true;
}

bool read_engine::text_end() {
    const destination& to = text_destination_;
    if (to.type != nullptr && text_target_ == &text_ && !store_text(*to.type, to.slot, text_)) {
        return wrong_type(text_offset_, *to.type, "another text");
    }
    value_done();
    return true;
}

bool read_engine::text(std::uint64_t offset, std::string_view utf8) {
    return text_begin(offset) && text_part(utf8) && text_end();
}

bool read_engine::number(std::uint64_t offset, const decimal_number& number) {
    destination next;
    if (!next_destination(offset, next)) {
        return false;
    }
    if (next.type != nullptr && !takes_number(*next.type)) {
        return wrong_type(offset, *next.type, "a number");
    }
    if (next.type != nullptr && !store_number(*next.type, next.slot, number)) {
        return wrong_type(offset, *next.type, "another number");
    }
    value_done();
    return true;
}

bool read_engine::boolean(std::uint64_t offset, bool value) {
    destination next;
    if (!next_destination(offset, next)) {
        return false;
    }
    if (next.type != nullptr) {
        if (next.type->kind != value_kind::boolean) {
            return wrong_type(offset, *next.type, value ? "true" : "false");
        }
        *static_cast<bool*>(next.type->engage(next.slot)) = value;
    }
    value_done();
    return true;
}

bool read_engine::null(std::uint64_t offset) {
    destination next;
    if (!next_destination(offset, next)) {
        return false;
    }
    if (next.type != nullptr) {
        if (next.type->needed == presence::required) {
            return wrong_type(offset, *next.type, "null");
        }
        next.type->disengage(next.slot);
    }
    value_done();
    return true;
}

void read_engine::syntax_error(std::uint64_t offset, std::string_view reason) {
    fail(error::not_json, offset, std::string(reason));
}

bool read_engine::wrong_type(std::uint64_t offset, const value_type& expected,
                             std::string_view found) {
    std::string reason = "expected ";
    reason += expectation(expected);
    reason += ", found ";
    reason += found;
    return fail(error::wrong_shape, offset, std::move(reason));
}

bool read_engine::fail(roomport::error code, std::uint64_t offset, std::string reason) {
    error_.code = code;
    error_.offset = offset;
    error_.path = path();
    error_.reason = std::move(reason);
    return false;
}

std::string read_engine::path() const {
    std::string result;
    for (std::size_t index = 0; index < depth_; ++index) {
        const level& open = levels_[index];
        if (!open.at_value) {
            break;
        }
        result += '/';
        if (open.is_array) {
            result += std::to_string(open.index);
        } else {
            append_pointer_token(result, open.name);
            result += open.name_cut ? "..." : "";
        }
    }
    return result;
}

} // namespace roomport::json::detail
