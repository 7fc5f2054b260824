#pragma once

#include "program/configuration_problems.hpp"

#include <roomport/clock.hpp>

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::providers {

using program::configuration_error;
using program::configuration_problems;

/// A table of the file whose keys are read one by one. What is wrong goes to the list of problems, and reading goes on.
class config_section {
public:
    /// @param path the keys that lead here, "provider.http".
    config_section(const toml::table& from, std::string path, configuration_problems& problems)
        : from_(from), path_(std::move(path)), problems_(problems) {}

    bool has(std::string_view key) const { return from_.contains(key); }
    /// Nothing where there is no such key, or it is wrong.
    std::optional<std::string> text(std::string_view key);
    std::optional<std::string> one_of(std::string_view key, const std::vector<std::string>& words);
    std::optional<duration> length_of_time(std::string_view key);
    std::optional<std::int64_t> whole_number(std::string_view key, std::int64_t least,
                                             std::int64_t most);
    std::optional<double> number(std::string_view key, double least, double most);
    std::optional<bool> yes_or_no(std::string_view key);
    std::optional<std::vector<std::string>> texts(std::string_view key);
    std::optional<std::vector<int>> statuses(std::string_view key);
    std::optional<config_section> section(std::string_view key);
    std::vector<config_section> sections(std::string_view key);
    /// A value of any kind; null where there is none.
    const toml::node* any(std::string_view key);
    /// The table itself, for keys that the user chooses.
    const toml::table& all_keys();

    /// Says that a key has to be there.
    void require(std::string_view key, const std::string& what);
    /// Says what is wrong with the value of a key.
    void wrong(std::string_view key, const std::string& what);
    /// Says what is wrong with the section.
    void wrong(const std::string& what);
    /// Says which keys nobody has asked for. To be called last.
    void finish();

    const std::string& path() const noexcept { return path_; }

private:
    const toml::node* take(std::string_view key);
    template <class T>
    std::optional<T> exact(std::string_view key, const char* wanted);

    const toml::table& from_;
    std::string path_;
    configuration_problems& problems_;
    std::set<std::string, std::less<>> known_;
};

} // namespace roomport::providers
