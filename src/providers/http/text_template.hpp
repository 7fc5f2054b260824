#pragma once

#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::providers {

/// What stands for the placeholders of a template.
using placeholder_values = std::map<std::string, std::string, std::less<>>;

/// A text with placeholders: `{room_id}`; `{{` and `}}` are braces.
class text_template {
public:
    /// Where the text stands, which says how values are escaped.
    enum class place { plain, url };

    text_template() = default;

    /// @param allowed the names of placeholders that may occur.
    /// @param problem what is wrong with it; empty: nothing.
    static text_template parse(std::string_view text, const std::vector<std::string_view>& allowed,
                               std::string& problem);

    /// @param values what stands for each placeholder; one that is missing stands for nothing.
    std::string fill(const placeholder_values& values, place where) const;

    /// The file of `{file:PATH}`, the one that may occur; empty: none.
    const std::string& file() const noexcept { return file_; }
    bool has(std::string_view placeholder) const;
    bool empty() const noexcept { return pieces_.empty(); }

private:
    class piece {
    public:
        piece() = default;
        bool is_placeholder = false;
        std::string text;
    };

    std::vector<piece> pieces_;
    std::string file_;
};

/// Every text in a JSON value filled in as a template; names of members stay as they are.
boost::json::value fill_json(const boost::json::value& from, const placeholder_values& values);

/// What is wrong with the templates in a JSON value; empty: nothing.
std::string problem_of_json(const boost::json::value& from,
                            const std::vector<std::string_view>& allowed);

} // namespace roomport::providers
