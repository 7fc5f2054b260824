#include "cli/commands.hpp"
#include "cli/standard_input.hpp"
#include "program/report.hpp"

#include <roomport/json/model_document.hpp>
#include <roomport/json/object_writer.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <boost/asio/error.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::cli {
namespace {

// Few enough that the order here is the order of the help.
constexpr std::array models{"ConnectionInfoV2", "RoomConnectionData", "ProcessWithRooms"};
constexpr std::size_t default_chunk = 64 * 1024;
constexpr std::size_t largest_chunk = 16 * 1024 * 1024;

struct arguments {
    std::string model;
    std::size_t chunk = default_chunk;
    bool json = false;
};

program::exit_status fail(const arguments& given, const json::read_error& why) {
    if (given.json) {
        program::failure what;
        what.error = why.code;
        what.message = why.message();
        json::object_writer object;
        write(what, object);
        object.member("offset", why.offset).member("path", why.path);
        program::print_line(object.to_string());
    }
    program::tell(std::string(word(classify(why.code))) + ": " + why.message());
    return program::to_exit_status(why.code);
}

program::exit_status interrupted(const arguments& given, int signal) {
    program::failure what;
    what.error = boost::asio::error::operation_aborted;
    report(what, given.json);
    return static_cast<program::exit_status>(128 + signal);
}

program::exit_status decode(const arguments& given) {
    json::model_document document(given.model);
    standard_input input;
    std::vector<char> buffer(given.chunk);
    while (true) {
        const auto size = input.read(buffer.data(), buffer.size());
        if (input.signal() != 0) {
            return interrupted(given, input.signal());
        }
        if (size == 0) {
            break;
        }
        if (document.write(std::string_view(buffer.data(), size))) {
            return fail(given, document.error());
        }
    }
    if (document.finish()) {
        return fail(given, document.error());
    }
    program::print_line(document.to_string());
    return program::exit_status::done;
}

} // namespace

void add_decode_command(CLI::App& program, action& chosen) {
    auto given = std::make_shared<arguments>();
    auto* command = program.add_subcommand(
        "decode", "Read one JSON document from standard input as a model, print it canonically");
    command->add_option("MODEL", given->model, "The model")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>(models.begin(), models.end())));
    command->add_option("--chunk", given->chunk, "Bytes to read at a time (default 65536)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, largest_chunk));
    command->add_flag("--json", given->json, "Print a failure as JSON, with offset and path");
    command->footer("Examples:\n"
                    "  roomport get 2swovpy1fnunu | roomport decode ConnectionInfoV2\n"
                    "  roomport decode ProcessWithRooms --chunk 1 < process.json");
    command->callback([given, &chosen] {
        chosen = [given] {
            return decode(*given);
        };
    });
}

} // namespace roomport::cli
