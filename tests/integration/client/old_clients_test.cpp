// The operations that clients of older versions of the API call, and those of players.
#include "client_fixture.hpp"

#include <roomport/hathora/room_id.hpp>

#include <algorithm>
#include <variant>

namespace roomport::test {
namespace {

using namespace hathora;

template <class Response>
class outcome {
public:
    outcome() = default;
    error_code error;
    api_result<Response> result;
};

class OldClients : public ClientTest {
protected:
    static void SetUpTestSuite() { start_service({"--simulate", "10ms"}); }

    ~OldClients() override { close(subject); }

    template <class Request, class Response>
    outcome<Response> call(const operation<Request, Response>& what, Request request) {
        outcome<Response> seen;
        bool done = false;
        subject.async_call(what, std::move(request),
                           [&](error_code ec, const api_result<Response>& result) {
                               seen.error = ec;
                               seen.result = result;
                               done = true;
                           });
        while (!done && context.run_one_for(std::chrono::seconds(20)) != 0) {
        }
        EXPECT_TRUE(done) << what.id;
        return seen;
    }

    /// The value of an operation that must succeed.
    template <class Request, class Response>
    Response value(const operation<Request, Response>& what, Request request) {
        auto seen = call(what, std::move(request));
        EXPECT_FALSE(seen.error) << what.id << ": " << seen.error.message() << " "
                                 << seen.result.message;
        EXPECT_EQ(seen.result.http_status, what.success_status) << what.id;
        return std::move(seen.result.value);
    }

    void wait_active(const std::string& room) {
        bool done = false;
        subject.async_wait_active(room, wait_options(), [&](error_code ec, const wait_result&) {
            EXPECT_FALSE(ec) << ec.message();
            done = true;
        });
        while (!done && context.run_one_for(std::chrono::seconds(20)) != 0) {
        }
        EXPECT_TRUE(done);
    }

    secret log_in() { return secret(value(login_anonymous, app_request()).token); }

    create_lobby_request public_lobby(const secret& player) {
        return {player, region::tokyo, lobby_visibility::public_};
    }

    client subject{context.get_executor(), options_for(*service())};
};

TEST_F(OldClients, ARoomInTheV1Forms) {
    create_room_request wanted(region::dubai);
    wanted.body.room_config = "x";
    const auto id = value(create_room_v1, wanted);
    ASSERT_TRUE(is_valid_id(id)) << id;
    wait_active(id);

    const auto info = value(get_connection_info_v1, room_request(id));
    EXPECT_EQ(info.room_id, id);
    EXPECT_EQ(info.status, room_ready_status::active);
    const auto newer = value(get_connection_info, room_request(id));
    ASSERT_TRUE(newer.exposed_port);
    EXPECT_EQ(info.host, newer.exposed_port->host);
    EXPECT_EQ(info.port, newer.exposed_port->port);
    EXPECT_EQ(info.transport_type, newer.exposed_port->transport_type);

    const auto room = value(get_room_info_v1, room_request(id));
    EXPECT_EQ(room, value(get_room_info, room_request(id)));
    ASSERT_TRUE(room.current_allocation);
    const process_request process(room.current_allocation->process_id);
    const auto active = value(get_active_rooms_for_process_v1, process);
    ASSERT_EQ(active.size(), 1U);
    EXPECT_EQ(active[0].room_id, id);
    EXPECT_EQ(active[0].room_config, "x");
    EXPECT_TRUE(value(get_inactive_rooms_for_process_v1, process).empty());

    value(destroy_room_v1, room_request(id));
    EXPECT_TRUE(value(get_active_rooms_for_process_v1, process).empty());
    EXPECT_EQ(value(get_inactive_rooms_for_process_v1, process).size(), 1U);
    EXPECT_EQ(call(destroy_room_v1, room_request(id)).error, errc::room_gone);
    EXPECT_EQ(call(get_room_info_v1, room_request(id)).error, errc::room_gone);
    EXPECT_EQ(call(get_connection_info_v1, room_request(id)).error, errc::room_gone);
}

TEST_F(OldClients, ProcessesInTheV2Forms) {
    const auto made = value(create_process_v2, create_process_request(region::london));
    EXPECT_EQ(made.status, process_status::starting);
    EXPECT_EQ(made.region, region::london);
    EXPECT_FALSE(made.exposed_port);
    const process_request request(made.process_id);
    EXPECT_EQ(value(get_process_info_v2, request).process_id, made.process_id);

    process_filter_v2_request filter;
    filter.region = {region::london};
    const auto listed = value(get_latest_processes_v2, filter);
    ASSERT_FALSE(listed.empty());
    EXPECT_EQ(listed[0].process_id, made.process_id);
    EXPECT_EQ(value(get_processes_count_v2, filter).count, static_cast<double>(listed.size()));
    filter.status = {process_status::failed};
    EXPECT_TRUE(value(get_latest_processes_v2, filter).empty());
    EXPECT_EQ(value(get_processes_count_v2, filter).count, 0);

    value(stop_process_v2, request);
    EXPECT_TRUE(value(get_process_info_v2, request).stopping_at);
    EXPECT_EQ(call(stop_process_v2, process_request("nobody")).result.http_status, 404);
    EXPECT_EQ(call(get_process_info_v2, process_request("nobody")).result.http_status, 404);
    filter.region = {open_enum<region>("Atlantis")};
    EXPECT_EQ(call(get_latest_processes_v2, filter).result.http_status, 422);
}

TEST_F(OldClients, EachLoginIsAnotherPlayer) {
    const auto first = value(login_anonymous, app_request()).token;
    EXPECT_EQ(std::count(first.begin(), first.end(), '.'), 2);
    EXPECT_NE(first, value(login_anonymous, app_request()).token);
    const auto named = value(login_nickname, login_nickname_request("J\xC3\xBCrgen")).token;
    EXPECT_NE(named, value(login_nickname, login_nickname_request("J\xC3\xBCrgen")).token);
    EXPECT_EQ(
        call(login_nickname, login_nickname_request(std::string(1001, 'x'))).result.http_status,
        422);
}

TEST_F(OldClients, ALobbyIsFoundByItsRoomItsCodeAndInTheList) {
    const auto player = log_in();
    auto wanted = public_lobby(player);
    wanted.room_id = make_room_id();
    wanted.short_code = "\xC3\xA4 /%?#";
    wanted.body.room_config = "{}";
    const auto lobby = value(create_lobby, wanted);
    EXPECT_EQ(lobby.room_id, wanted.room_id);
    EXPECT_EQ(lobby.short_code, wanted.short_code);
    EXPECT_EQ(lobby.visibility, lobby_visibility::public_);
    EXPECT_EQ(lobby.region, region::tokyo);
    EXPECT_EQ(lobby.room_config, "{}");
    ASSERT_TRUE(std::holds_alternative<std::string>(lobby.created_by));
    EXPECT_FALSE(std::get<std::string>(lobby.created_by).empty());

    EXPECT_EQ(value(get_lobby_info_by_room_id, room_request(lobby.room_id)), lobby);
    EXPECT_EQ(value(get_lobby_info_by_short_code, short_code_request(lobby.short_code)), lobby);
    lobby_list_request here;
    here.region = region::tokyo;
    const auto listed = value(list_active_public_lobbies, here);
    EXPECT_EQ(std::count(listed.begin(), listed.end(), lobby), 1);
    here.region = region::sydney;
    EXPECT_TRUE(value(list_active_public_lobbies, here).empty());

    wait_active(lobby.room_id);
    value(destroy_room, room_request(lobby.room_id));
    EXPECT_EQ(call(get_lobby_info_by_room_id, room_request(lobby.room_id)).error, errc::room_gone);
    EXPECT_EQ(
        call(get_lobby_info_by_short_code, short_code_request(lobby.short_code)).result.http_status,
        404);
}

TEST_F(OldClients, ALobbyWithoutAWordMoreGetsACodeOfTheServers) {
    const auto lobby = value(create_lobby, public_lobby(log_in()));
    EXPECT_EQ(lobby.short_code.size(), 6U);
    EXPECT_FALSE(lobby.room_config);
    auto again = public_lobby(log_in());
    again.room_id = lobby.room_id;
    EXPECT_EQ(call(create_lobby, again).result.http_status, 422);
}

TEST_F(OldClients, APlayersTokenIsTheOneThatIsSent) {
    const auto refused = call(create_lobby, public_lobby(secret("not.a.token")));
    EXPECT_EQ(refused.error, errc::unauthorized);
    EXPECT_EQ(refused.result.http_status, 401);
    EXPECT_EQ(refused.result.message.find("not.a.token"), std::string::npos);
    const auto unsent = call(create_lobby, public_lobby(secret()));
    EXPECT_EQ(unsent.error, errc::invalid_argument);
    EXPECT_EQ(unsent.result.http_status, 0);
}

TEST_F(OldClients, PlayersNeedNoDevelopersToken) {
    auto options = options_for(*service());
    options.token = nullptr;
    client game(context.get_executor(), options);
    const auto player = log_in();
    error_code created = error::token_unavailable;
    game.async_call(create_lobby, public_lobby(player),
                    [&](error_code ec, const api_result<lobby_v3>&) {
                        created = ec;
                        game.async_close([](error_code) {});
                    });
    while (created && context.run_one_for(std::chrono::seconds(20)) != 0) {
    }
    EXPECT_FALSE(created) << created.message();
    close(game);
}

} // namespace
} // namespace roomport::test
