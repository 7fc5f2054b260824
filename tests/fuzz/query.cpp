// Request targets, ids and what stands in a query.
#include "fuzz.hpp"

#include "httpd/message.hpp"
#include "server/api/request_checks.hpp"

#include <roomport/hathora/room_id.hpp>

#include <set>
#include <string>

/// The text is a request target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using roomport::fuzz::require;
    using namespace roomport::server;
    const roomport::fuzz::input given(data, size);
    roomport::httpd::request seen;
    if (!roomport::httpd::read_target(given.text(), seen)) {
        return 0;
    }
    for (const auto& segment : seen.path) {
        if (roomport::hathora::is_valid_id(segment)) {
            require(!segment.empty() && segment.size() <= 100);
            require(segment.find_first_of("/.%?\r\n ") == segment.npos);
        }
    }
    constexpr std::size_t most_ids = 5;
    if (const auto ids = check_room_ids(seen, most_ids)) {
        require(!ids->empty() && ids->size() <= most_ids);
        require(std::set<std::string>(ids->begin(), ids->end()).size() == ids->size());
        for (const auto& id : *ids) {
            require(roomport::hathora::is_valid_id(id));
        }
    }
    constexpr roomport::duration longest = std::chrono::seconds(25);
    if (const auto wait = check_wait(seen, longest)) {
        require(*wait >= roomport::duration::zero() && *wait <= longest);
    }
    static_cast<void>(check_process_filter(seen));
    static_cast<void>(check_region_filter(seen));
    seen.body = std::string(given.text());
    for (const auto& answer :
         {check_create_room(seen).has_error() ? check_create_room(seen).error().status : 422,
          check_update_room(seen).has_error() ? check_update_room(seen).error().status : 422}) {
        require(answer == 400 || answer == 422);
    }
    static_cast<void>(check_create_lobby(seen));
    static_cast<void>(check_nickname(seen));
    return 0;
}
