"""Every operation: its answers, its errors."""

import json
import socket
import unittest

from service import APP, GAME_SERVER, ServiceCase, eventually

REGIONS = ["Seattle", "Los_Angeles", "Washington_DC", "Chicago", "London", "Frankfurt", "Mumbai",
           "Singapore", "Tokyo", "Sydney", "Sao_Paulo", "Dallas", "Johannesburg", "Dubai"]

TOKEN_OPERATIONS = [
    ("POST", f"/rooms/v2/{APP}/create"),
    ("GET", f"/rooms/v2/{APP}/info/x"),
    ("POST", f"/rooms/v2/{APP}/destroy/x"),
    ("POST", f"/rooms/v2/{APP}/update/x"),
    ("GET", f"/rooms/v2/{APP}/list/x/active"),
    ("GET", f"/rooms/v2/{APP}/list/x/inactive"),
    ("GET", f"/processes/v1/{APP}/list/running"),
    ("GET", f"/processes/v1/{APP}/list/stopped"),
    ("GET", f"/processes/v1/{APP}/info/x"),
    ("GET", f"/processes/v3/apps/{APP}/processes/latest"),
    ("GET", f"/processes/v3/apps/{APP}/processes/count"),
    ("POST", f"/processes/v3/apps/{APP}/processes/regions/Tokyo"),
    ("GET", f"/processes/v3/apps/{APP}/processes/x"),
    ("POST", f"/processes/v3/apps/{APP}/processes/x/stop"),
]


class Operations(ServiceCase):
    def test_a_room_of_a_real_udp_game_server_becomes_active_and_its_port_echoes(self):
        service = self.game_service()
        created = service.create()
        self.assertEqual(created.status, 201)
        self.assertEqual(created.json["status"], "starting")
        self.assertNotIn("exposedPort", created.json)
        self.assertEqual(created.json["additionalExposedPorts"], [])
        room = created.json["roomId"]
        info = service.wait_active(room)
        self.assertEqual(set(info), {"roomId", "status", "exposedPort", "additionalExposedPorts"})
        port = info["exposedPort"]
        self.assertEqual((port["name"], port["host"], port["transportType"]),
                         ("default", "127.0.0.1", "udp"))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as player:
            player.settimeout(10)
            player.sendto(b"hello", ("127.0.0.1", port["port"]))
            self.assertEqual(player.recv(100), b"hello")

    def test_a_tcp_game_server_with_a_second_port(self):
        service = self.service("--exec", GAME_SERVER + " {port} {port:debug}",
                               "--ports", "default:tcp,debug:udp")
        info = service.wait_active(service.create().json["roomId"])
        self.assertEqual(info["exposedPort"]["transportType"], "tcp")
        extra, = info["additionalExposedPorts"]
        self.assertEqual((extra["name"], extra["transportType"]), ("debug", "udp"))
        with socket.create_connection(("127.0.0.1", info["exposedPort"]["port"]), 10) as player:
            player.sendall(b"hello")
            self.assertEqual(player.recv(100), b"hello")

    def test_the_life_of_a_room(self):
        service = self.game_service()
        room = service.create(room="my-room_1", config='{"map":"dust"}').json["roomId"]
        self.assertEqual(room, "my-room_1")
        service.wait_active(room)
        answer = service.call("GET", f"/rooms/v2/{APP}/info/{room}")
        self.assertEqual(answer.status, 200)
        info = answer.json
        self.assertEqual((info["appId"], info["roomId"], info["status"], info["roomConfig"]),
                         (APP, room, "active", '{"map":"dust"}'))
        allocation, = info["allocations"]
        self.assertEqual(info["currentAllocation"], allocation)
        self.assertIsNone(allocation["unscheduledAt"])
        process = allocation["processId"]

        changed = service.call("POST", f"/rooms/v2/{APP}/update/{room}", {"roomConfig": "new"})
        self.assertEqual((changed.status, changed.body), (204, b""))
        self.assertEqual(service.call("GET", f"/rooms/v2/{APP}/info/{room}").json["roomConfig"],
                         "new")

        listed = service.call("GET", f"/rooms/v2/{APP}/list/{process}/active").json
        self.assertEqual([each["roomId"] for each in listed], [room])
        self.assertEqual(service.call("GET", f"/rooms/v2/{APP}/list/{process}/inactive").json, [])

        self.assert_error(service.create(room=room), 422)
        gone = service.destroy(room)
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assert_error(service.destroy(room), 404)
        self.assert_error(service.info(room), 404)
        self.assert_error(service.call("GET", f"/rooms/v2/{APP}/info/{room}"), 404)
        self.assert_error(
            service.call("POST", f"/rooms/v2/{APP}/update/{room}", {"roomConfig": ""}), 404)
        inactive, = service.call("GET", f"/rooms/v2/{APP}/list/{process}/inactive").json
        self.assertEqual((inactive["roomId"], inactive["status"]), (room, "destroyed"))
        eventually(lambda: not service.children(), "the process of the only room is gone")

    def test_processes_in_the_v1_forms(self):
        service = self.game_service("--rooms-per-process", "3")
        room = service.create(region="Tokyo").json["roomId"]
        service.wait_active(room)
        running, = service.call("GET", f"/processes/v1/{APP}/list/running?region=Tokyo").json
        self.assertEqual(service.call("GET", f"/processes/v1/{APP}/list/running?region=Dubai").json,
                         [])
        for name in ["idleSince", "activeConnections", "activeConnectionsUpdatedAt", "host", "port",
                     "roomSlotsAvailable", "roomSlotsAvailableUpdatedAt"]:
            self.assertIn(name, running)
        self.assertEqual(len(running), 24)
        self.assertEqual((running["roomsAllocated"], running["roomSlotsAvailable"],
                          running["totalRooms"], running["region"]), (1, 2, 1, "Tokyo"))
        self.assertEqual(running["rooms"][0]["roomId"], room)
        self.assertEqual(running["port"], running["exposedPort"]["port"])
        self.assertIsNone(running["terminatedAt"])
        process = running["processId"]
        info = service.call("GET", f"/processes/v1/{APP}/info/{process}").json
        self.assertEqual(len(info), 22)
        service.destroy(room)
        stopped = eventually(lambda: service.call("GET", f"/processes/v1/{APP}/list/stopped").json,
                             "the process is listed as stopped")
        self.assertEqual(stopped[0]["processId"], process)
        self.assertIsNone(stopped[0]["exposedPort"])
        self.assertIsNotNone(stopped[0]["terminatedAt"])

    def test_processes_in_the_v3_form(self):
        service = self.game_service()
        base = f"/processes/v3/apps/{APP}/processes"
        created = service.call("POST", base + "/regions/Dallas")
        self.assertEqual(created.status, 201)
        self.assertEqual(created.json["status"], "starting")
        self.assertIsNone(created.json["exposedPort"])
        process = created.json["processId"]
        eventually(lambda: service.call("GET", f"{base}/{process}").json["status"] == "running",
                   "the process runs")

        warm = service.create(region="Dallas")
        self.assertEqual(warm.status, 201)
        self.assertEqual((warm.json["status"], warm.json["processId"]), ("active", process))
        self.assertIn("exposedPort", warm.json)

        self.assertEqual(service.call("GET", base + "/count").json, {"count": 1})
        self.assertEqual(service.call("GET", base + "/count?region=Tokyo&region=Dubai").json,
                         {"count": 0})
        self.assertEqual(service.call("GET", base + "/count?status=running&region=Dallas").json,
                         {"count": 1})
        self.assertEqual(service.call("GET", base + "/count?before=1000").json, {"count": 0})
        self.assertEqual(service.call("GET", base + "/count?before=99999999999").json,
                         {"count": 1})
        self.assertEqual(service.call("GET", base + "/count?before=-1e15").json, {"count": 0})
        stopped = service.call("POST", f"{base}/{process}/stop")
        self.assertEqual((stopped.status, stopped.body), (204, b""))
        self.assert_error(service.info(warm.json["roomId"]), 404)
        eventually(lambda: service.call("GET", f"{base}/{process}").json["status"] == "stopped",
                   "the process is stopped")

    def test_the_latest_processes_are_the_ten_newest(self):
        service = self.service("--simulate", "10ms")
        base = f"/processes/v3/apps/{APP}/processes"
        made = [service.call("POST", base + "/regions/London").json["processId"]
                for _ in range(12)]
        latest = service.call("GET", base + "/latest").json
        self.assertEqual([each["processId"] for each in latest], made[:1:-1])
        self.assertEqual(service.call("GET", base + "/count").json, {"count": 12})

    def test_the_ping_list_names_all_regions_and_this_host(self):
        service = self.service("--simulate", "10ms", "--advertise", "play.example.org")
        answer = service.call("GET", "/discovery/v2/ping", token=False)
        self.assertEqual(answer.status, 200)
        self.assertEqual([each["region"] for each in answer.json], REGIONS)
        self.assertEqual({each["host"] for each in answer.json}, {"play.example.org"})

    def test_all_regions_are_accepted_and_echoed(self):
        service = self.service("--simulate", "10ms")
        for region in REGIONS:
            process = service.create(region=region).json["processId"]
            path = f"/processes/v3/apps/{APP}/processes/{process}"
            self.assertEqual(service.call("GET", path).json["region"], region)

    def test_operations_that_ask_for_a_token_refuse_others(self):
        service = self.service("--simulate", "10ms")
        for method, path in TOKEN_OPERATIONS:
            for token in [False, "wrong", service.token[:-1], service.token + "x"]:
                with self.subTest(path=path):
                    answer = service.call(method, path, token=token)
                    self.assert_error(answer, 401)
                    self.assertEqual(answer.headers["www-authenticate"], "Bearer")
                    self.assertNotIn(service.token.encode(), answer.body)

    def test_another_app_is_unknown(self):
        service = self.service("--simulate", "10ms")
        for method, path in TOKEN_OPERATIONS:
            self.assert_error(service.call(method, path.replace(f"/{APP}/", "/other/")), 404)
        self.assert_error(
            service.call("GET", "/rooms/v2/other/connectioninfo/x", token=False), 404)

    def test_unknown_paths_and_wrong_methods(self):
        service = self.service("--simulate", "10ms")
        for path in ["/", "/rooms", f"/rooms/v2/{APP}/create/", f"/rooms/v2/{APP}", "//", "/%2e%2e"]:
            self.assert_error(service.call("GET", path), 404)
        for method, path in TOKEN_OPERATIONS:
            if path.endswith(("/latest", "/count")):
                continue
            answer = service.call("DELETE", path)
            self.assert_error(answer, 405)
            self.assertEqual(answer.headers["allow"], method)

    def test_malformed_bodies(self):
        service = self.service("--simulate", "10ms")
        path = f"/rooms/v2/{APP}/create"
        for body in ["", "{", "nonsense", '{"region":"Tokyo"}x', b"\xff\xfe", '{"x":' + "[" * 100]:
            with self.subTest(body=body):
                self.assert_error(service.call("POST", path, body), 400)
        for body in ["{}", "[]", '{"region":7}', '{"region":"Atlantis"}',
                     '{"region":"Tokyo","roomConfig":5}',
                     json.dumps({"region": "Tokyo", "roomConfig": "x" * 10001})]:
            with self.subTest(body=body[:40]):
                self.assert_error(service.call("POST", path, body), 422)
        longest = json.dumps({"region": "Tokyo", "roomConfig": "\u00e4" * 10000})
        self.assertEqual(service.call("POST", path, longest).status, 201)
        for room in ["a%20b", "", "x" * 101, "a%2fb", "..", "a%0d%0ab"]:
            with self.subTest(room=room):
                self.assert_error(service.call("POST", f"{path}?roomId={room}",
                                               {"region": "Tokyo"}), 422)

    def test_bad_filters(self):
        service = self.service("--simulate", "10ms")
        for query in ["region=Atlantis", "status=asleep", "before=soon", "before=nan"]:
            self.assert_error(
                service.call("GET", f"/processes/v3/apps/{APP}/processes/latest?{query}"), 422)
        self.assert_error(service.call("GET", f"/processes/v1/{APP}/list/running?region=x"), 422)
        self.assert_error(
            service.call("POST", f"/processes/v3/apps/{APP}/processes/regions/Atlantis"), 422)

    def test_no_process_left(self):
        service = self.service("--simulate", "10ms", "--max-processes", "2",
                               "--rooms-per-process", "2")
        for _ in range(4):
            self.assertEqual(service.create().status, 201)
        self.assert_error(service.create(), 429)
        self.assert_error(
            service.call("POST", f"/processes/v3/apps/{APP}/processes/regions/Tokyo"), 429)

    def test_no_port_left(self):
        # Nothing that runs, so that no port is free again while the test looks.
        service = self.service("--exec", "/bin/sleep 1000", "--port-range", "25100-25101")
        rooms = [service.create().json["roomId"] for _ in range(2)]
        self.assert_error(service.create(), 429)
        service.destroy(rooms[0])
        self.assert_error(service.create(), 429)


if __name__ == "__main__":
    unittest.main()
