// Bytes go into a reader as they arrive, in pieces of any size; a checked model comes out.
//
//   2_push_reader < connection-info.json
#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>
#include <roomport/model/connection_info_v2.hpp>

#include <array>
#include <iostream>

int main() {
    roomport::json::reader<roomport::connection_info_v2> reader;
    std::array<char, 7> piece{};
    while (std::cin) {
        std::cin.read(piece.data(), piece.size());
        const auto size = static_cast<std::size_t>(std::cin.gcount());
        if (reader.write(std::string_view(piece.data(), size))) {
            break;
        }
    }
    if (reader.finish()) {
        std::cerr << reader.error().message() << '\n';
        return 1;
    }
    const roomport::connection_info_v2 room = reader.take();
    if (room.exposed_port) {
        std::cout << room.room_id << " is at " << room.exposed_port->host << ':'
                  << room.exposed_port->port << '\n';
    } else {
        std::cout << room.room_id << " is " << room.status.text() << '\n';
    }
    std::cout << roomport::json::to_string(room) << '\n';
}
