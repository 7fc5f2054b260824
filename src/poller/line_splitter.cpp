#include "poller/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace roomport::poller {

std::vector<std::string> line_splitter::put(std::string_view bytes) {
    std::vector<std::string> lines;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
        append(bytes.substr(0, end));
        lines.push_back(take());
        bytes.remove_prefix(end + 1);
    }
    append(bytes);
    return lines;
}

std::vector<std::string> line_splitter::end() {
    std::vector<std::string> lines;
    if (!line_.empty()) {
        lines.push_back(take());
    }
    return lines;
}

void line_splitter::append(std::string_view bytes) {
    line_.append(bytes.substr(0, longest_ - std::min(longest_, line_.size())));
}

std::string line_splitter::take() {
    auto line = std::exchange(line_, std::string());
    // Editors and shells of Windows write it.
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (std::exchange(is_first_, false) && line.starts_with(byte_order_mark)) {
        line.erase(0, byte_order_mark.size());
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

} // namespace roomport::poller
