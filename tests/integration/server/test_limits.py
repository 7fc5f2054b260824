"""Nobody is starved and nothing grows without a bound: connections, holds, output, input, rooms, lobbies.

The large form, by command: CALLERS=10000 PLACES=16384 python3 -m unittest tests/integration/server/test_limits.py, with
ROOMPORT and GAME_SERVER set. It prints what was measured.
"""

import os
import resource
import socket
import ssl
import time
import unittest

from service import APP, ServiceCase, eventually

CALLERS = int(os.environ.get("CALLERS", "300"))
PLACES = int(os.environ.get("PLACES", "100"))
PING = b"GET /discovery/v2/ping HTTP/1.1\r\nHost: x\r\n\r\n"
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def memory(service):
    """Resident bytes of the service."""
    with open(f"/proc/{service.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Attackers:
    """Callers who take places: connected, but for their handshake where they are half-open."""

    def __init__(self, service, count, data=None, handshake=True):
        self.all = []
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", service.port), timeout=60)
            if not handshake:
                self.all.append(plain)
                continue
            try:
                tls = service.tls.wrap_socket(plain, server_hostname="127.0.0.1")
                if data:
                    tls.sendall(data)
                self.all.append(tls)
            except (ssl.SSLError, OSError):
                plain.close()

    def close(self):
        for each in self.all:
            each.close()


class Limits(ServiceCase):
    def attack(self, service, **how):
        attackers = Attackers(service, CALLERS, **how)
        self.addCleanup(attackers.close)
        return attackers

    def assert_good_callers_are_served(self, service, name, before):
        """New ones, while the places are taken: each has an answer at the first try."""
        took = []
        service.call("GET", "/discovery/v2/ping", token=False)
        for _ in range(100):
            begin = time.monotonic()
            self.assertEqual(service.call("GET", "/discovery/v2/ping", token=False).status, 200)
            took.append(time.monotonic() - begin)
        print(f"\n{CALLERS} {name}, {PLACES} places: p99 {sorted(took)[98] * 1000:.0f} ms; memory {before / 2**20:.0f} MiB "
              f"before, {memory(service) / 2**20:.0f} MiB meanwhile")

    def test_who_takes_all_places_keeps_nobody_out(self):
        for name, how in {"half-open": {"handshake": False},
                          "idle": {"data": PING},
                          "silent after the handshake": {},
                          "slow": {"data": PING[:-2]}}.items():
            with self.subTest(name):
                service = self.service("--simulate", "10ms", "--max-connections", str(PLACES))
                before = memory(service)
                attackers = self.attack(service, **how)
                self.assert_good_callers_are_served(service, name, before)
                attackers.close()
                print(f"{memory(service) / 2**20:.0f} MiB after")

    def test_who_holds_all_they_can_keeps_nobody_out_and_is_told(self):
        service = self.service("--simulate", "never=1", "--max-connections", str(PLACES))
        room = service.create().json["roomId"]
        before = memory(service)
        self.attack(service, data=f"GET /rooms/v2/{APP}/connectioninfo/{room}?wait=25 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.assert_good_callers_are_served(service, "holding", before)

    def test_one_hold_too_many_is_told_so(self):
        service = self.service("--simulate", "never=1", "--max-holds", "1", "--max-held-keys", "3")
        rooms = [service.create().json["roomId"] for _ in range(4)]
        answer = service.call("GET", f"/roomport/v1/{APP}/rooms?ids={','.join(rooms)}&wait=25", token=False)
        self.assert_error(answer, 503)
        self.assertIn("max_held_keys (3)", answer.json["message"])
        with service.raw() as holder:
            holder.sendall(f"GET /rooms/v2/{APP}/connectioninfo/{rooms[0]}?wait=25 HTTP/1.1\r\nHost: x\r\n\r\n".encode())

            def refused():
                answer = service.info(rooms[1], "?wait=0.01")
                return answer if answer.status == 503 else None
            answer = eventually(refused, "the place is taken")
            self.assert_error(answer, 503)
            self.assertIn("max_holds (1)", answer.json["message"])
            self.assertEqual(answer.headers["retry-after"], "1")
            self.assertEqual(service.info(rooms[1]).status, 200)

    def test_many_slow_readers_of_the_list_share_it(self):
        service = self.service("--simulate", "10ms")
        token = service.call("POST", f"/auth/v1/{APP}/login/anonymous", token=False).json["token"]
        body = {"visibility": "public", "region": "Frankfurt", "roomConfig": "\x01" * 10000}
        connection = service.connect()
        for _ in range(100):
            self.assertEqual(service.call("POST", f"/lobby/v3/{APP}/create", body, token=token,
                                          connection=connection).status, 201)
        connection.close()
        length = len(service.call("GET", f"/lobby/v3/{APP}/list/public", token=False).body)
        self.assertGreater(length, 5_000_000)
        before = memory(service)
        readers = Attackers(service, 60, f"GET /lobby/v3/{APP}/list/public HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.addCleanup(readers.close)
        for reader in readers.all:
            self.assertTrue(reader.recv(15).startswith(b"HTTP/1.1 200"))
        grown = memory(service) - before
        print(f"\n60 slow readers of {length / 1e6:.0f} MB: {grown / 2**20:.0f} MiB more")
        self.assertLess(grown, 60 * length / 5)

    def test_rooms_configs_and_lobbies_are_bounded_and_the_bound_is_named(self):
        service = self.service("--simulate", "10ms", "--max-rooms", "5", "--max-config-bytes", "100", "--max-lobbies", "3",
                               "--max-lobbies-per-player", "2", "--max-config-bytes-per-player", "60")
        logins = [service.call("POST", f"/auth/v1/{APP}/login/anonymous", token=False).json["token"] for _ in range(2)]

        def create_lobby(player, config=""):
            body = {"visibility": "public", "region": "Frankfurt", "roomConfig": config}
            return service.call("POST", f"/lobby/v3/{APP}/create", body, token=logins[player])

        def assert_bound(answer, option):
            self.assert_error(answer, 429)
            self.assertIn(option, answer.json["message"])
            self.assertEqual(answer.headers["retry-after"], "1")
        assert_bound(create_lobby(0, "x" * 61), "--max-config-bytes-per-player")
        room = create_lobby(0, "x" * 60).json["roomId"]
        assert_bound(create_lobby(1, "x" * 41), "--max-config-bytes")
        self.assertEqual(create_lobby(0).status, 201)
        assert_bound(create_lobby(0), "--max-lobbies-per-player")
        self.assertEqual(create_lobby(1).status, 201)
        assert_bound(create_lobby(1), "--max-lobbies")
        update = {"roomConfig": "y" * 101}
        assert_bound(service.call("POST", f"/rooms/v2/{APP}/update/{room}", update), "--max-config-bytes")
        update = {"roomConfig": "y" * 100}
        self.assertEqual(service.call("POST", f"/rooms/v2/{APP}/update/{room}", update).status, 204)
        listed = service.call("GET", f"/lobby/v3/{APP}/list/public", token=False).json
        self.assertIn("y" * 100, [each["roomConfig"] for each in listed])
        self.assertEqual([service.create().status for _ in range(2)], [201, 201])
        assert_bound(service.create(), "--max-rooms")
        service.destroy(room)
        self.assertEqual(service.create(config="z" * 100).status, 201)
        self.assertNotIn("y" * 100, service.call("GET", f"/lobby/v3/{APP}/list/public", token=False).body.decode())



class Bodies(ServiceCase):
    """A body is let in only for who may call, and only as large as can be of use."""

    def first_answer(self, service, path, fields, body=b""):
        """The status that comes when a head was sent, and nothing or little of the body that it announces."""
        with service.raw() as caller:
            caller.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode() + body)
            received = caller.recv(65536)
            self.assertIn(b"\r\nAccess-Control-Allow-Origin: *\r\n", received)
            self.assertIn(b"\r\nConnection: close\r\n", received)
            return int(received.split()[1])

    def test_who_may_not_call_is_told_before_the_body(self):
        service = self.service("--simulate", "10ms")
        for announced in ("Content-Length: 500000\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
                          "Content-Length: 500000\r\nExpect: 100-continue\r\n"):
            for token in ("", "Authorization: Bearer wrong\r\n"):
                for path in (f"/rooms/v2/{APP}/create", f"/lobby/v3/{APP}/create", f"/rooms/v2/{APP}/update/x"):
                    self.assertEqual(self.first_answer(service, path, announced + token), 401, (announced, path))

    def test_no_body_is_larger_than_its_operation_can_use(self):
        service = self.service("--simulate", "10ms")
        player = service.call("POST", f"/auth/v1/{APP}/login/anonymous", {}, token=False).json["token"]
        for path, limit in ((f"/lobby/v3/{APP}/create", 128 << 10), (f"/auth/v1/{APP}/login/nickname", 16 << 10),
                            (f"/auth/v1/{APP}/login/anonymous", 16 << 10), (f"/rooms/v2/{APP}/destroy/x", 16 << 10), ("/nowhere", 16 << 10),
                            ("/discovery/v2/ping", 16 << 10)):
            token = f"Authorization: Bearer {player if 'lobby' in path else service.token}\r\n"
            self.assertEqual(self.first_answer(service, path, f"{token}Content-Length: {limit + 1}\r\n"), 413, path)
            piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
            self.assertEqual(self.first_answer(service, path, token + "Transfer-Encoding: chunked\r\n",
                                               piece * (limit // 0x4000 + 1)), 413, path)

    def test_the_largest_config_is_let_in_however_it_is_written(self):
        service = self.service("--simulate", "10ms")
        for config in ("x" * 10_000, "\u00e9" * 10_000):
            self.assertEqual(service.create(config=config).status, 201)
        escaped = '{"region":"Tokyo","roomConfig":"' + "\\u00e9" * 10_000 + '"}'
        self.assertEqual(service.call("POST", f"/rooms/v2/{APP}/create", escaped).status, 201)


if __name__ == "__main__":
    unittest.main()
