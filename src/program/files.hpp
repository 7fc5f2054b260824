#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace roomport::program {

/// The whole of a small file; nothing when there is none.
/// @throws std::system_error when there is one that can't be read, or one over 1 MiB.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// Takes a file away from everyone but its owner (0600), if there is one.
/// @throws std::system_error
void restrict_to_owner(const std::filesystem::path& path);

/// Replaces a file as a whole: whoever reads sees the old or the new text, even after a crash.
/// @throws std::system_error
void write_file(const std::filesystem::path& path, std::string_view text, bool is_secret);

} // namespace roomport::program
