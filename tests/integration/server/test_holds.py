"""Held answers: level-triggered, bounded, released at once."""

import http.client
import json
import os
import subprocess
import threading
import time
import unittest

from service import APP, LIMIT, ROOMPORT, ServiceCase, eventually


def descriptors(service):
    return len(os.listdir(f"/proc/{service.process.pid}/fd"))


class Holds(ServiceCase):
    def held(self, service, room, wait=25):
        """Asks with a hold on a connection of its own; what came stands in the list."""
        answers = []

        def ask():
            begin = time.monotonic()
            try:
                answer = service.info(room, f"?wait={wait}")
                answers.append((answer, time.monotonic() - begin))
            except (OSError, http.client.HTTPException) as failure:
                answers.append((failure, time.monotonic() - begin))
        thread = threading.Thread(target=ask)
        thread.start()
        self.addCleanup(thread.join)
        return thread, answers

    def test_every_connection_info_announces_holds(self):
        service = self.service("--simulate", "never=1")
        room = service.create().json["roomId"]
        self.assertEqual(service.info(room).headers["roomport-wait"], "25")
        self.assertEqual(service.info("unknown").headers["roomport-wait"], "25")

    def test_create_and_wait_holds_from_its_first_poll(self):
        service = self.service("--simulate", "3s")
        done = subprocess.run([ROOMPORT, "create", "--region", "Frankfurt", "--wait", "--json", "--endpoint",
                               f"https://127.0.0.1:{service.port}", "--ca-file", os.path.join(service.state, "ca.pem")],
                              capture_output=True, text=True, timeout=LIMIT, check=False,
                              env={**os.environ, "HATHORA_TOKEN": service.token, "HATHORA_APP_ID": APP})
        self.assertEqual(done.returncode, 0, done.stderr)
        # The creation and one hold, however long the game server takes.
        self.assertEqual(json.loads(done.stdout)["polls"], 2)

    def test_only_starting_is_held(self):
        service = self.service("--simulate", "10ms")
        room = service.create().json["roomId"]
        service.wait_active(room)
        begin = time.monotonic()
        self.assertEqual(service.info(room, "?wait=25").json["status"], "active")
        self.assert_error(service.info("unknown", "?wait=25"), 404)
        self.assertLess(time.monotonic() - begin, 20)

    def test_a_hold_ends_when_the_room_becomes_active(self):
        service = self.service("--simulate", "700ms")
        room = service.create().json["roomId"]
        thread, answers = self.held(service, room)
        thread.join(20)
        answer, took = answers[0]
        self.assertEqual(answer.json["status"], "active")
        self.assertGreater(took, 0.3)
        self.assertLess(took, 15)

    def test_a_hold_ends_when_the_room_is_destroyed(self):
        service = self.service("--simulate", "never=1")
        room = service.create().json["roomId"]
        holds = [self.held(service, room) for _ in range(5)]
        time.sleep(0.3)
        self.assertEqual(sum(len(answers) for _, answers in holds), 0)
        service.destroy(room)
        for thread, answers in holds:
            thread.join(20)
            self.assertEqual(answers[0][0].status, 404)

    def test_a_hold_ends_in_time_with_starting(self):
        service = self.service("--simulate", "never=1")
        room = service.create().json["roomId"]
        begin = time.monotonic()
        answer = service.info(room, "?wait=0.5")
        self.assertEqual((answer.status, answer.json["status"]), (200, "starting"))
        self.assertGreaterEqual(time.monotonic() - begin, 0.5)
        begin = time.monotonic()
        self.assertEqual(service.info(room, "?wait=0").json["status"], "starting")
        self.assertLess(time.monotonic() - begin, 20)

    def test_a_wait_that_is_no_number_is_refused(self):
        service = self.service("--simulate", "never=1")
        room = service.create().json["roomId"]
        for wait in ["", "x", "-1", "nan", "inf", "1s"]:
            self.assert_error(service.info(room, f"?wait={wait}"), 422)

    def test_holds_are_answered_when_the_service_stops(self):
        service = self.service("--simulate", "never=1,stop=200ms")
        room = service.create().json["roomId"]
        holds = [self.held(service, room) for _ in range(3)]
        time.sleep(0.3)
        self.assertEqual(service.stop(), 143)
        for thread, answers in holds:
            thread.join(20)
            answer, took = answers[0]
            self.assertEqual((answer.status, answer.json["status"]), (200, "starting"))
            self.assertEqual(answer.headers["connection"], "close")
            self.assertLess(took, 15)

    def test_a_caller_who_leaves_costs_nothing(self):
        service = self.service("--simulate", "never=1")
        # Before any call: the connection of the last one may still be on its way out.
        before = descriptors(service)
        room = service.create().json["roomId"]
        request = (f"GET /rooms/v2/local/connectioninfo/{room}?wait=25 HTTP/1.1\r\n"
                   "Host: x\r\n\r\n").encode()
        connections = [service.raw() for _ in range(20)]
        for connection in connections:
            connection.sendall(request)
        eventually(lambda: descriptors(service) >= before + 20, "all are connected")
        for connection in connections:
            connection.close()
        eventually(lambda: descriptors(service) <= before, "all connections are given back", 20)

    def test_a_thousand_simulated_rooms(self):
        service = self.service("--simulate", "uniform:100ms:500ms,seed=3")
        connection = service.connect()
        rooms = [service.create(connection=connection).json["roomId"] for _ in range(1000)]
        self.assertEqual(len(set(rooms)), 1000)
        ports = set()
        for room in rooms:
            answer = service.info(room, "?wait=25", connection=connection)
            self.assertEqual(answer.json["status"], "active")
            ports.add(answer.json["exposedPort"]["port"])
        self.assertEqual(len(ports), 1000)
        connection.close()

    def test_more_simulated_rooms_than_ports(self):
        service = self.service("--simulate", "10ms", "--port-range", "27000-27009",
                               "--ports", "default:udp,debug:tcp")
        connection = service.connect()
        self.addCleanup(connection.close)
        rooms = [service.create(connection=connection).json["roomId"] for _ in range(30)]
        for room in rooms:
            info = service.wait_active(room)
            ports = [info["exposedPort"]["port"], info["additionalExposedPorts"][0]["port"]]
            self.assertEqual(len(set(ports)), 2)
            for port in ports:
                self.assertIn(port, range(27000, 27010))

    def test_simulated_faults(self):
        service = self.service("--simulate", "start=10ms,crash=1")
        room = service.create().json["roomId"]
        eventually(lambda: service.info(room).status == 404, "the room is given up")


if __name__ == "__main__":
    unittest.main()
