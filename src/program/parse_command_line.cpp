#include "program/parse_command_line.hpp"

#include "program/exit_status.hpp"

#include <iostream>

namespace roomport::program {

std::optional<int> parse_command_line(CLI::App& program, int count, char** values,
                                      const std::function<int(const CLI::ParseError&)>& refuse) {
    try {
        program.parse(count, values);
    } catch (const CLI::Success& help) {
        const int status = program.exit(help);
        return std::cout.flush() ? status : static_cast<int>(exit_status::internal_failure);
    } catch (const CLI::ParseError& wrong) {
        return refuse(wrong);
    }
    return std::nullopt;
}

} // namespace roomport::program
