#include <roomport/json/object_writer.hpp>

#include "json/number_text.hpp"

namespace roomport::json {

object_writer::object_writer() : text_("{") {}

object_writer& object_writer::member(std::string_view name, std::string_view text) {
    begin(name);
    append_quoted(text_, text);
    return *this;
}

object_writer& object_writer::member(std::string_view name, const char* text) {
    return member(name, std::string_view(text));
}

object_writer& object_writer::member(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
}

object_writer& object_writer::member(std::string_view name, double value) {
    begin(name);
    detail::append_double(text_, value);
    return *this;
}

object_writer& object_writer::null(std::string_view name) {
    return raw(name, "null");
}

object_writer& object_writer::raw(std::string_view name, std::string_view json) {
    begin(name);
    text_ += json;
    return *this;
}

std::string object_writer::to_string() const {
    return text_ + '}';
}

void object_writer::begin(std::string_view name) {
    if (text_.size() > 1) {
        text_ += ',';
    }
    append_quoted(text_, name);
    text_ += ':';
}

object_writer& object_writer::add_signed(std::string_view name, std::int64_t value) {
    begin(name);
    detail::append_integer(text_, value);
    return *this;
}

object_writer& object_writer::add_unsigned(std::string_view name, std::uint64_t value) {
    begin(name);
    detail::append_integer(text_, value);
    return *this;
}

} // namespace roomport::json
