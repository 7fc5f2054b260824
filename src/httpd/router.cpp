#include "httpd/router.hpp"

#include <algorithm>

namespace roomport::httpd {
namespace {

bool is_placeholder(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(const std::vector<std::string>& wanted, const std::vector<std::string>& path) {
    return std::equal(wanted.begin(), wanted.end(), path.begin(), path.end(),
                      [](const std::string& expected, const std::string& actual) {
                          return is_placeholder(expected) ? !actual.empty() : expected == actual;
                      });
}

} // namespace

const std::string& path_values::get(std::string_view name) const {
    static const std::string none;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == name; });
    return found == all.end() ? none : found->second;
}

void router::add(std::string_view method, std::string_view path) {
    route added;
    added.method = method;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        added.segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    routes_.push_back(std::move(added));
}

router::result router::find(std::string_view method, const std::vector<std::string>& path) const {
    result answer;
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    for (std::size_t index = 0; index < routes_.size(); ++index) {
        const auto& candidate = routes_[index];
        if (!matches(candidate.segments, path)) {
            continue;
        }
        if (candidate.method != wanted) {
            answer.what = result::kind::wrong_method;
            if (answer.allowed.find(candidate.method) == std::string::npos) {
                answer.allowed += (answer.allowed.empty() ? "" : ", ") + candidate.method;
            }
            continue;
        }
        answer.what = result::kind::found;
        answer.route = index;
        for (std::size_t at = 0; at < path.size(); ++at) {
            const auto& segment = candidate.segments[at];
            if (is_placeholder(segment)) {
                answer.values.all.emplace_back(segment.substr(1, segment.size() - 2), path[at]);
            }
        }
        return answer;
    }
    return answer;
}

} // namespace roomport::httpd
