"""Players: logins and lobbies."""

import base64
import hashlib
import hmac
import json
import os
import stat
import time
import unittest
import urllib.parse

from contract import ContractCase
from service import APP, eventually, read_text


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(secret, text):
    return encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def make_token(secret, claims, header=None):
    """A token as a game's own backend makes it."""
    text = ".".join(encode(json.dumps(part).encode())
                    for part in (header or {"alg": "HS256", "typ": "JWT"}, claims))
    return text + "." + sign(secret, text)


class PlayerCase(ContractCase):
    def app_secret(self, service):
        return read_text(os.path.join(service.state, "app-secret")).strip()

    def login(self, service, nickname=None):
        if nickname is None:
            return service.call("POST", f"/auth/v1/{APP}/login/anonymous", token=False)
        return service.call("POST", f"/auth/v1/{APP}/login/nickname", {"nickname": nickname},
                            token=False)

    def player_token(self, service):
        return self.login(service).json["token"]

    def claims(self, token):
        return json.loads(decode(token.split(".")[1]))

    def create_lobby(self, service, token, visibility="public", region="Frankfurt", config=None,
                     query=None):
        body = {"visibility": visibility, "region": region}
        if config is not None:
            body["roomConfig"] = config
        path = f"/lobby/v3/{APP}/create"
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return service.call("POST", path, body, token=token)

    def by_room(self, service, room):
        return service.call("GET", f"/lobby/v3/{APP}/info/roomid/{room}", token=False)

    def by_code(self, service, code):
        return service.call(
            "GET", f"/lobby/v3/{APP}/info/shortcode/{urllib.parse.quote(code, safe='')}",
            token=False)

    def listed(self, service, query=""):
        answer = service.call("GET", f"/lobby/v3/{APP}/list/public{query}", token=False)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json


class Logins(PlayerCase):
    def test_an_anonymous_login_gives_a_token_that_the_apps_secret_signed(self):
        service = self.service("--simulate", "10ms")
        answer = self.login(service)
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json), ["token"])
        header, claims, signature = answer.json["token"].split(".")
        self.assertEqual(json.loads(decode(header)), {"alg": "HS256", "typ": "JWT"})
        self.assertEqual(signature, sign(self.app_secret(service), header + "." + claims))
        said = json.loads(decode(claims))
        self.assertEqual(list(said), ["type", "id", "name", "iat", "exp"])
        self.assertEqual(said["type"], "anonymous")
        self.assertRegex(said["name"], r"^[a-z]+-[a-z]+-[a-z]+$")
        self.assertLess(abs(said["iat"] - time.time()), 60)
        self.assertNotEqual(said["id"], self.claims(self.player_token(service))["id"])

    def test_a_nickname_login_gives_the_nickname_back(self):
        service = self.service("--simulate", "10ms")
        for nickname in ["squiddytwoshoes", "J\u00fcrgen \"\\\n\U0001f600", "\u00e4" * 1000]:
            answer = self.login(service, nickname)
            self.assertEqual(answer.status, 200, answer.body)
            said = self.claims(answer.json["token"])
            self.assertEqual((said["type"], said["name"]), ("nickname", nickname))
            self.assertEqual(self.create_lobby(service, answer.json["token"]).json["createdBy"],
                             said["id"])

    def test_what_is_no_nickname_is_refused(self):
        service = self.service("--simulate", "10ms")
        path = f"/auth/v1/{APP}/login/nickname"
        # The operation has no 400.
        for body in ["", "{", "nickname", "{}", "[]", '{"nickname":7}', '{"nickname":null}',
                     json.dumps({"nickname": "x" * 1001})]:
            self.assert_error(service.call("POST", path, body, token=False), 422)

    def test_another_app_is_unknown(self):
        service = self.service("--simulate", "10ms")
        self.assert_error(service.call("POST", "/auth/v1/other/login/anonymous", token=False), 404)
        self.assert_error(service.call("POST", "/auth/v1/other/login/nickname",
                                       {"nickname": "x"}, token=False), 404)

    def test_what_is_not_offered_says_so(self):
        service = self.service("--simulate", "10ms")
        answer = service.call("POST", f"/auth/v1/{APP}/login/google", {"idToken": "x"},
                              token=False)
        self.assert_error(answer, 404)
        self.assertIn("Google", answer.json["message"])
        room = service.create().json["roomId"]
        for path in [f"/rooms/v1/{APP}/suspend/{room}", f"/rooms/v2/{APP}/suspend/{room}",
                     f"/rooms/v2/{APP}/resume/{room}"]:
            self.assert_error(service.call("POST", path, token=False), 401)
            answer = service.call("POST", path)
            self.assert_error(answer, 404)
            self.assertIn("suspend", answer.json["message"])
        self.assertEqual(service.info(room).status, 200)

    def test_the_secret_is_the_games_the_owners_and_outlives_the_service(self):
        service = self.game_service()
        secret = self.app_secret(service)
        mode = os.stat(os.path.join(service.state, "app-secret")).st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        service.wait_active(service.create().json["roomId"])
        child, = service.children()
        with open(f"/proc/{child}/environ", "rb") as file:
            environment = dict(each.split(b"=", 1) for each in file.read().split(b"\0") if each)
        self.assertEqual(environment[b"HATHORA_APP_SECRET"].decode(), secret)
        token = self.player_token(service)
        service.stop()
        service.process.stdout.close()
        service.errors.close()
        service.start()
        self.assertEqual(self.app_secret(service), secret)
        self.assertEqual(self.create_lobby(service, token).status, 201)
        self.assertNotIn(secret, service.stderr())


class Lobbies(PlayerCase):
    def test_the_public_list_holds_the_newest_and_no_more_than_callers_can_bear(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        connection = service.connect()
        config = "\x01" * 10000
        body = {"visibility": "public", "region": "Frankfurt", "roomConfig": config}
        rooms = [service.call("POST", f"/lobby/v3/{APP}/create", body, token=token,
                              connection=connection).json["roomId"] for _ in range(150)]
        connection.close()
        answer = service.call("GET", f"/lobby/v3/{APP}/list/public", token=False)
        self.assertLess(len(answer.body), 8 << 20)
        listed = [lobby["roomId"] for lobby in answer.json]
        self.assertGreater(len(listed), 100)
        self.assertEqual(listed, rooms[::-1][:len(listed)])

    def test_a_lobby_is_a_room_that_players_find(self):
        service = self.game_service()
        token = self.player_token(service)
        created = self.create_lobby(service, token, config='{"map":"dust"}',
                                    query={"roomId": "mine", "shortCode": "LFG4"})
        self.assertEqual(created.status, 201)
        lobby = created.json
        self.assertEqual(set(lobby), {"appId", "roomId", "shortCode", "visibility", "region",
                                      "roomConfig", "createdBy", "createdAt"})
        self.assertEqual((lobby["appId"], lobby["roomId"], lobby["shortCode"],
                          lobby["visibility"], lobby["region"], lobby["roomConfig"]),
                         (APP, "mine", "LFG4", "public", "Frankfurt", '{"map":"dust"}'))
        self.assertEqual(lobby["createdBy"], self.claims(token)["id"])
        self.assertRegex(lobby["createdAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        service.wait_active("mine")
        self.assertEqual(self.by_room(service, "mine").json, lobby)
        self.assertEqual(self.by_code(service, "LFG4").json, lobby)
        self.assertEqual(self.listed(service), [lobby])
        info = service.call("GET", f"/rooms/v2/{APP}/info/mine").json
        self.assertEqual(info["roomConfig"], '{"map":"dust"}')

        service.call("POST", f"/rooms/v2/{APP}/update/mine", {"roomConfig": "new"})
        self.assertEqual(self.by_room(service, "mine").json["roomConfig"], "new")
        self.assertEqual(service.destroy("mine").status, 204)
        self.assert_error(self.by_room(service, "mine"), 404)
        self.assert_error(self.by_code(service, "LFG4"), 404)
        self.assertEqual(self.listed(service), [])

    def test_a_lobby_goes_with_its_process(self):
        service = self.service("--exec", "/bin/sleep 0.5", "--rooms-per-process", "2")
        token = self.player_token(service)
        rooms = [self.create_lobby(service, token).json["roomId"] for _ in range(2)]
        eventually(lambda: self.listed(service) == [], "the lobbies are gone")
        for room in rooms:
            self.assert_error(self.by_room(service, room), 404)

    def test_a_room_without_a_lobby_has_none(self):
        service = self.service("--simulate", "10ms")
        room = service.create().json["roomId"]
        for unknown in [room, "nobody"]:
            self.assert_error(self.by_room(service, unknown), 404)
            self.assert_error(self.by_code(service, unknown), 404)
        self.assertEqual(self.listed(service), [])

    def test_without_a_config_there_is_none_and_codes_are_made(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        codes = set()
        for _ in range(5):
            lobby = self.create_lobby(service, token).json
            self.assertNotIn("roomConfig", lobby)
            self.assertRegex(lobby["shortCode"], r"^[2-9A-HJ-NP-Z]{6}$")
            codes.add(lobby["shortCode"])
            self.assertEqual(self.by_code(service, lobby["shortCode"]).json, lobby)
        self.assertEqual(len(codes), 5)

    def test_the_newest_lobby_of_a_code_wins(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        for code in ["SAME", "\u00e4/ %?#..", "x" * 100]:
            first, second = [self.create_lobby(service, token, query={"shortCode": code}).json
                             for _ in range(2)]
            self.assertEqual(first["shortCode"], code)
            self.assertEqual(self.by_code(service, code).json, second)
            service.destroy(second["roomId"])
            self.assertEqual(self.by_code(service, code).json, first)

    def test_only_public_lobbies_are_listed_and_by_region(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        rooms = {}
        for visibility in ["public", "private", "local"]:
            for region in ["Tokyo", "Dubai"]:
                created = self.create_lobby(service, token, visibility, region)
                self.assertEqual(created.status, 201)
                self.assertEqual(self.by_room(service, created.json["roomId"]).json, created.json)
                rooms[visibility, region] = created.json["roomId"]
        self.assertEqual([each["roomId"] for each in self.listed(service)],
                         [rooms["public", "Dubai"], rooms["public", "Tokyo"]])
        self.assertEqual([each["roomId"] for each in self.listed(service, "?region=Tokyo")],
                         [rooms["public", "Tokyo"]])
        self.assertEqual(self.listed(service, "?region=London"), [])
        self.assert_error(service.call("GET", f"/lobby/v3/{APP}/list/public?region=Atlantis",
                                       token=False), 422)

    def test_bodies_and_parameters_that_are_wrong(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        path = f"/lobby/v3/{APP}/create"
        for body in ["", "{", "nonsense", b"\xff\xfe"]:
            with self.subTest(body=body):
                self.assert_error(service.call("POST", path, body, token=token), 400)
        good = {"visibility": "public", "region": "Tokyo"}
        for body in [{}, {"region": "Tokyo"}, {"visibility": "public"},
                     dict(good, visibility="secret"), dict(good, visibility="Public"),
                     dict(good, region="Atlantis"), dict(good, roomConfig=7),
                     dict(good, roomConfig="x" * 10001)]:
            with self.subTest(body=str(body)[:60]):
                self.assert_error(service.call("POST", path, body, token=token), 422)
        for query in ["roomId=", "roomId=a%20b", "roomId=" + "x" * 101, "shortCode=",
                      "shortCode=" + "x" * 101, "shortCode=%ff"]:
            with self.subTest(query=query):
                self.assert_error(service.call("POST", f"{path}?{query}", good, token=token), 422)
        self.assertEqual(service.call("POST", f"{path}?roomId=r", good, token=token).status, 201)
        self.assert_error(service.call("POST", f"{path}?roomId=r", good, token=token), 422)
        self.assertEqual(len(self.listed(service)), 1)

    def test_no_process_left(self):
        service = self.service("--simulate", "10ms", "--max-processes", "1")
        token = self.player_token(service)
        self.assertEqual(self.create_lobby(service, token).status, 201)
        self.assert_error(self.create_lobby(service, token), 429)
        self.assertEqual(len(self.listed(service)), 1)

    def test_another_app_is_unknown(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        body = {"visibility": "public", "region": "Tokyo"}
        self.assert_error(service.call("POST", "/lobby/v3/other/create", body, token=token), 404)
        for path in ["info/roomid/x", "info/shortcode/x", "list/public"]:
            self.assert_error(service.call("GET", f"/lobby/v3/other/{path}", token=False), 404)


class PlayerTokens(PlayerCase):
    def with_authorization(self, service, value):
        return service.call("POST", f"/lobby/v3/{APP}/create",
                            {"visibility": "private", "region": "Tokyo"}, token=False,
                            headers={"Authorization": value})

    def test_a_token_may_come_bare_as_the_old_npm_client_sends_it(self):
        service = self.service("--simulate", "10ms")
        token = self.player_token(service)
        for value in [token, "Bearer " + token, "bearer " + token, "BEARER   " + token]:
            self.assertEqual(self.with_authorization(service, value).status, 201, value[:10])

    def test_a_token_of_a_backend_with_the_apps_secret_is_a_player(self):
        service = self.service("--simulate", "10ms")
        secret = self.app_secret(service)
        lobby = self.with_authorization(service, make_token(secret, {"id": "steam:1"})).json
        self.assertEqual(lobby["createdBy"], "steam:1")
        lobby = self.with_authorization(service, make_token(secret, {"id": 12})).json
        self.assertEqual(lobby["createdBy"], 12)

    def test_any_other_token_is_refused(self):
        service = self.service("--simulate", "10ms")
        secret = self.app_secret(service)
        good = self.player_token(service)
        head, claims, signature = good.split(".")
        none = encode(b'{"alg":"none","typ":"JWT"}')
        hour_ago = int(time.time()) - 3600
        bad = ["", "Bearer", "Bearer ", "x", "a.b.c", "..", "Basic " + good,
               service.token, secret, good + "x", good[:-1], good + "." + signature,
               f"{head}.{claims}", f"{head}.{claims}.", f"{none}.{claims}.",
               f"{none}.{claims}.{signature}", f"{head}.{encode(b'{}')}.{signature}",
               make_token(secret, {"id": "x"}, {"alg": "none"}),
               make_token(secret, {"id": "x"}, {"alg": "HS512"}),
               make_token(secret, {"id": "x"}, {"alg": "HS256", "crit": ["b64"]}),
               make_token("another secret", {"id": "x"}),
               make_token("", {"id": "x"}),
               make_token(secret, {"id": "x", "exp": hour_ago}),
               make_token(secret, {"id": "x", "exp": "never"}),
               make_token(secret, {"id": "x", "nbf": hour_ago + 7200}),
               make_token(secret, {"sub": "x"}),
               make_token(secret, ["id"])]
        for value in bad:
            with self.subTest(value=value):
                answer = self.with_authorization(service, value)
                self.assert_error(answer, 401)
                self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        self.assert_error(self.create_lobby(service, False), 401)
        self.assertEqual(self.with_authorization(
            service, make_token(secret, {"id": "x", "exp": hour_ago + 7200})).status, 201)

    def test_a_player_is_no_developer(self):
        service = self.service("--simulate", "10ms")
        self.assert_error(service.create(token=self.player_token(service)), 401)


if __name__ == "__main__":
    unittest.main()
