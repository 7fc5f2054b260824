#pragma once

#include "server/rooms/provider.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::server {

/// The command line of a game server, split into words, with placeholders.
///
/// No shell is involved: words are separated by white space; single quotes keep everything, double quotes keep all but
/// `\"` and `\\`, a backslash outside of quotes keeps the next character. Placeholders stand anywhere in a word:
///   `{port}`         the number of the main port
///   `{port:NAME}`    the number of the port with that name
///   `{process_id}`   the process's id
///   `{room_id}`      the id of the room it is started for; empty when there is none
///   `{region}`       the region
/// Other braces are left as they are. A value never becomes more than one word.
class command_template {
public:
    command_template() = default;

    /// @param ports the ports that placeholders may name.
    /// @return what is wrong with the text otherwise.
    static boost::system::result<command_template, std::string>
    parse(std::string_view text, const std::vector<port_declaration>& ports);

    /// Whether a room's id begins a word: one that begins with '-' would be an option of the program.
    bool begins_word_with_room_id() const;

    /// The words for one process.
    std::vector<std::string> fill(const process_order& order) const;

    /// The program as it was written.
    const std::string& program() const { return words_.front(); }

private:
    std::vector<std::string> words_;
};

} // namespace roomport::server
