// The serve command alone, for a build without the program.
#include "cli/serve_command.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>

int main(int count, char** values) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App program("The local room service.", "roomport");
    program.require_subcommand(1);
    roomport::cli::action chosen;
    roomport::cli::add_serve_command(program, chosen);
    try {
        program.parse(count, values);
        return static_cast<int>(chosen());
    } catch (const CLI::Success& help) {
        return program.exit(help);
    } catch (const CLI::ParseError& wrong) {
        std::fprintf(stderr, "roomport: %s\n", wrong.what());
        return 2;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "roomport: %s\n", failure.what());
        return 1;
    }
}
