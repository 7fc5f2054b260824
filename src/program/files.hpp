#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace roomport::program {

/// Whether other users may read a file.
enum class file_kind { plain, secret };

/// The whole of a small file that a user named; nothing when there is none.
/// @throws std::system_error when there is one that can't be read, that is no regular file, or is over 1 MiB.
std::optional<std::string> read_file(const std::filesystem::path& path);

/// The whole of a small file that this program wrote earlier; nothing when there is none. One that other users can read
/// is taken from them (0600) when it is a secret.
/// @throws usage_error when another user owns it or could have written to it, or when it is a symbolic link.
/// @throws std::system_error as @ref read_file.
std::optional<std::string> read_own_file(const std::filesystem::path& path, file_kind kind);

/// The whole of a secret that a user named, in a file of the user's or of root's; nothing when there is none.
/// @throws usage_error when another user owns it or could have written to it.
/// @throws std::system_error as @ref read_file.
std::optional<std::string> read_given_secret(const std::filesystem::path& path);

/// Checks that a folder is this user's, and that nobody else can put anything there.
/// @throws usage_error when it is not.
/// @throws std::system_error when there is none.
void require_own_directory(const std::filesystem::path& path);

/// Replaces a file as a whole: whoever reads sees the old or the new text, even after a crash.
/// @throws std::system_error
void write_file(const std::filesystem::path& path, std::string_view text, file_kind kind);

} // namespace roomport::program
