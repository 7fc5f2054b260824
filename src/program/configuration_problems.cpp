#include "program/configuration_problems.hpp"

namespace roomport::program {

void configuration_problems::add(std::uint32_t line, const std::string& key,
                                 const std::string& what) {
    found_.emplace(line, file_ + ":" + std::to_string(line) + ": " + key +
                             (key.empty() ? "" : ": ") + what);
}

void configuration_problems::throw_if_any() const {
    if (found_.empty()) {
        return;
    }
    std::string all;
    for (const auto& [line, what] : found_) {
        all += all.empty() ? "" : "\n";
        all += what;
    }
    throw configuration_error(all);
}

} // namespace roomport::program
