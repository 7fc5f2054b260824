#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomport::httpd {

/// The values of a path's placeholders, by name.
class path_values {
public:
    path_values() = default;

    /// The value of a placeholder; empty when the path has none of that name.
    const std::string& get(std::string_view name) const;

    std::vector<std::pair<std::string, std::string>> all;
};

/// Finds the route for a method and a path. Routes are tried in the order in which they were added.
class router {
public:
    router() = default;

    /// What was found.
    class result {
    public:
        result() = default;
        enum class kind { found, wrong_method, unknown_path };
        kind what = kind::unknown_path;
        /// For `found`: the number of the route, from 0.
        std::size_t route = 0;
        path_values values;
        /// For `wrong_method`: the methods there are, separated by ", ".
        std::string allowed;
    };

    /// @param path a template like "/rooms/{roomId}".
    void add(std::string_view method, std::string_view path);

    /// @param path the decoded segments. HEAD is taken for GET.
    result find(std::string_view method, const std::vector<std::string>& path) const;

private:
    class route {
    public:
        route() = default;
        std::string method;
        std::vector<std::string> segments;
    };

    std::vector<route> routes_;
};

} // namespace roomport::httpd
