"""The operations of rooms v1 and processes v2, which clients still call."""

import unittest

from contract import ContractCase
from service import APP, eventually

ROOMS = f"/rooms/v1/{APP}"
PROCESSES = f"/processes/v2/{APP}"

TOKEN_OPERATIONS = [
    ("POST", f"{ROOMS}/create"),
    ("GET", f"{ROOMS}/info/x"),
    ("POST", f"{ROOMS}/destroy/x"),
    ("GET", f"{ROOMS}/list/x/active"),
    ("GET", f"{ROOMS}/list/x/inactive"),
    ("GET", f"{PROCESSES}/list/latest"),
    ("GET", f"{PROCESSES}/count"),
    ("POST", f"{PROCESSES}/create/Tokyo"),
    ("GET", f"{PROCESSES}/info/x"),
    ("POST", f"{PROCESSES}/stop/x"),
]


class OldForms(ContractCase):
    def test_the_life_of_a_room_in_the_v1_forms(self):
        service = self.game_service()
        created = service.call("POST", f"{ROOMS}/create?roomId=mine",
                               {"region": "Tokyo", "roomConfig": "x"})
        self.assertEqual((created.status, created.json), (201, "mine"))
        self.assertEqual(created.headers["content-type"], "application/json")
        newer = service.wait_active("mine")
        info = service.call("GET", f"{ROOMS}/connectioninfo/mine", token=False)
        self.assertEqual(info.status, 200)
        port = newer["exposedPort"]
        self.assertEqual(info.json, {"roomId": "mine", "status": "active", "host": "127.0.0.1",
                                     "port": port["port"], "transportType": "udp"})
        self.assertEqual(service.call("GET", f"{ROOMS}/info/mine").json,
                         service.call("GET", f"/rooms/v2/{APP}/info/mine").json)
        process = service.call("GET", f"{ROOMS}/info/mine").json["currentAllocation"]["processId"]
        listed, = service.call("GET", f"{ROOMS}/list/{process}/active").json
        self.assertEqual((listed["roomId"], listed["status"]), ("mine", "active"))
        self.assertEqual(service.call("GET", f"{ROOMS}/list/{process}/inactive").json, [])
        self.assert_error(service.call("POST", f"{ROOMS}/create?roomId=mine",
                                       {"region": "Tokyo"}), 422)
        gone = service.call("POST", f"{ROOMS}/destroy/mine")
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assert_error(service.call("POST", f"{ROOMS}/destroy/mine"), 404)
        self.assert_error(service.call("GET", f"{ROOMS}/info/mine"), 404)
        self.assert_error(service.call("GET", f"{ROOMS}/connectioninfo/mine", token=False), 404)
        self.assertEqual(service.call("GET", f"{ROOMS}/list/{process}/active").json, [])
        listed, = service.call("GET", f"{ROOMS}/list/{process}/inactive").json
        self.assertEqual((listed["roomId"], listed["status"]), ("mine", "destroyed"))

    def test_a_starting_room_has_nothing_but_its_id_and_status(self):
        service = self.service("--simulate", "never=1")
        room = service.call("POST", f"{ROOMS}/create", {"region": "Tokyo"}).json
        self.assertIsInstance(room, str)
        info = service.call("GET", f"{ROOMS}/connectioninfo/{room}", token=False).json
        self.assertEqual(info, {"roomId": room, "status": "starting"})

    def test_processes_in_the_v2_form(self):
        service = self.game_service("--rooms-per-process", "3")
        created = service.call("POST", f"{PROCESSES}/create/Dallas")
        self.assertEqual(created.status, 201)
        members = {"processId", "appId", "deploymentId", "region", "status", "roomsPerProcess",
                   "roomsAllocated", "exposedPort", "additionalExposedPorts", "createdAt",
                   "startedAt", "stoppingAt", "terminatedAt"}
        self.assertEqual(set(created.json), members)
        self.assertEqual((created.json["status"], created.json["region"],
                          created.json["deploymentId"], created.json["exposedPort"],
                          created.json["startedAt"], created.json["additionalExposedPorts"]),
                         ("starting", "Dallas", 1, None, None, []))
        process = created.json["processId"]

        def running():
            info = service.call("GET", f"{PROCESSES}/info/{process}").json
            return info["status"] == "running" and info
        info = eventually(running, "the process runs")
        self.assertEqual(set(info), members)
        self.assertEqual((info["exposedPort"]["transportType"], info["roomsPerProcess"],
                          info["roomsAllocated"]), ("udp", 3, 0))
        self.assertEqual(service.call("GET", f"{PROCESSES}/list/latest").json, [info])
        for query, count in [("", 1), ("?region=Tokyo&region=Dubai", 0), ("?region=Dallas", 1),
                             ("?status=running&status=starting", 1), ("?status=stopped", 0)]:
            self.assertEqual(service.call("GET", f"{PROCESSES}/count{query}").json,
                             {"count": count}, query)
            self.assertEqual(len(service.call("GET", f"{PROCESSES}/list/latest{query}").json),
                             count, query)
        stopped = service.call("POST", f"{PROCESSES}/stop/{process}")
        self.assertEqual((stopped.status, stopped.body), (204, b""))
        eventually(lambda: service.call("GET", f"{PROCESSES}/info/{process}")
                   .json["status"] == "stopped", "the process has stopped")
        info = service.call("GET", f"{PROCESSES}/info/{process}").json
        self.assertIsNone(info["exposedPort"])
        self.assertIsNotNone(info["terminatedAt"])

    def test_the_latest_ten_processes(self):
        service = self.service("--simulate", "10ms")
        made = [service.call("POST", f"{PROCESSES}/create/Tokyo").json["processId"]
                for _ in range(12)]
        listed = service.call("GET", f"{PROCESSES}/list/latest").json
        self.assertEqual([each["processId"] for each in listed], made[:1:-1])

    def test_the_token_is_needed_wherever_the_api_asks_for_it(self):
        service = self.service("--simulate", "10ms")
        for method, path in TOKEN_OPERATIONS:
            for token in [False, "wrong"]:
                with self.subTest(path=path):
                    self.assert_error(service.call(method, path, token=token), 401)

    def test_another_app_is_unknown(self):
        service = self.service("--simulate", "10ms")
        for method, path in TOKEN_OPERATIONS:
            self.assert_error(service.call(method, path.replace(f"/{APP}/", "/other/")), 404)
        self.assert_error(service.call("GET", "/rooms/v1/other/connectioninfo/x", token=False),
                          404)

    def test_unknown_rooms_and_processes_and_wrong_requests(self):
        service = self.service("--simulate", "10ms")
        for method, path in TOKEN_OPERATIONS:
            if "/x" in path:
                self.assert_error(service.call(method, path), 404)
                self.assert_error(service.call("DELETE", path), 405)
        self.assert_error(service.call("GET", f"{ROOMS}/connectioninfo/x", token=False), 404)
        self.assert_error(service.call("POST", f"{ROOMS}/create", "{"), 400)
        self.assert_error(service.call("POST", f"{ROOMS}/create", {"region": "Atlantis"}), 422)
        self.assert_error(service.call("POST", f"{PROCESSES}/create/Atlantis"), 422)
        for query in ["region=Atlantis", "status=asleep"]:
            self.assert_error(service.call("GET", f"{PROCESSES}/list/latest?{query}"), 422)
            self.assert_error(service.call("GET", f"{PROCESSES}/count?{query}"), 422)

    def test_no_process_left(self):
        service = self.service("--simulate", "10ms", "--max-processes", "1")
        self.assertEqual(service.call("POST", f"{PROCESSES}/create/Tokyo").status, 201)
        self.assert_error(service.call("POST", f"{PROCESSES}/create/Tokyo"), 429)
        self.assert_error(service.call("POST", f"{ROOMS}/create", {"region": "Dubai"}), 429)


if __name__ == "__main__":
    unittest.main()
