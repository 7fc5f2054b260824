"""Many rooms in one request: an extension of the API, level-triggered like single holds."""

import http.client
import json
import os
import threading
import time
import unittest

from service import APP, Answer, ServiceCase, eventually


class Batches(ServiceCase):
    def ask(self, service, ids, query="", **options):
        rooms = ids if isinstance(ids, str) else ",".join(ids)
        return service.call("GET", f"/roomport/v1/{APP}/rooms?ids={rooms}{query}", token=False,
                            **options)

    def create(self, service, count):
        connection = service.connect()
        rooms = [service.create(connection=connection).json["roomId"] for _ in range(count)]
        connection.close()
        return rooms

    def held(self, service, ids, wait=25):
        """Asks with a hold on a connection of its own; what came stands in the list."""
        answers = []

        def ask():
            try:
                answers.append((self.ask(service, ids, f"&wait={wait}"), time.monotonic()))
            except (OSError, http.client.HTTPException) as failure:
                answers.append((failure, time.monotonic()))
        thread = threading.Thread(target=ask)
        thread.start()
        self.addCleanup(thread.join)
        return thread, answers

    def test_rooms_that_exist_are_told_in_the_order_asked(self):
        service = self.service("--simulate", "10ms")
        first, second, third = self.create(service, 3)
        service.wait_active(third)
        service.destroy(second)
        answer = self.ask(service, [third, "unknown", second, first])
        self.assertEqual(answer.status, 200)
        self.assertEqual([room["roomId"] for room in answer.json], [third, first])
        self.assertEqual(answer.json[0], service.info(third).json)
        self.assertEqual(self.ask(service, ["unknown"]).json, [])

    def test_it_is_announced(self):
        service = self.service("--simulate", "never=1")
        room, = self.create(service, 1)
        for answer in [service.info(room), service.info("unknown"), self.ask(service, [room]),
                       self.ask(service, ["unknown"]), self.ask(service, "")]:
            self.assertEqual(answer.headers["roomport-wait"], "25")
            self.assertEqual(answer.headers["roomport-batch"], "200")
        self.assertNotIn("roomport-batch", service.call("GET", "/discovery/v2/ping").headers)

    def test_ids_are_checked(self):
        service = self.service("--simulate", "never=1")
        for ids in ["", ",", "a,", ",a", "a,,b", "a b".replace(" ", "%20"), "a,a", "a,b,a",
                    "x" * 101, "a&ids=a", "%C3%BC"]:
            self.assert_error(self.ask(service, ids), 422)
        self.assert_error(service.call("GET", f"/roomport/v1/{APP}/rooms", token=False), 422)
        most = [f"r{i}" for i in range(200)]
        self.assertEqual(self.ask(service, most).json, [])
        refused = self.ask(service, most + ["one-more"])
        self.assert_error(refused, 422)
        self.assertIn("200", refused.json["message"])
        self.assertEqual(self.ask(service, "a&ids=b,c").json, [])

    def test_the_largest_request_fits(self):
        service = self.service("--simulate", "never=1")
        rooms = [f"{i:0100}" for i in range(200)]
        connection = service.connect()
        for room in rooms:
            self.assertEqual(service.create(room=room, connection=connection).status, 201)
        answer = self.ask(service, rooms, connection=connection)
        self.assertEqual([room["roomId"] for room in answer.json], rooms)
        connection.close()

    def test_wait_and_app_and_method_are_checked(self):
        service = self.service("--simulate", "never=1")
        for wait in ["", "x", "-1", "nan"]:
            self.assert_error(self.ask(service, "a", f"&wait={wait}"), 422)
        self.assert_error(service.call("GET", "/roomport/v1/other/rooms?ids=a"), 404)
        self.assert_error(service.call("POST", f"/roomport/v1/{APP}/rooms?ids=a"), 405)

    def test_it_is_held_only_while_all_exist_and_are_starting(self):
        service = self.service("--simulate", "never=1")
        rooms = self.create(service, 3)
        begin = time.monotonic()
        self.assertEqual(len(self.ask(service, rooms + ["unknown"], "&wait=25").json), 3)
        self.assertLess(time.monotonic() - begin, 20)
        begin = time.monotonic()
        answer = self.ask(service, rooms, "&wait=0.5")
        self.assertGreaterEqual(time.monotonic() - begin, 0.5)
        self.assertEqual({room["status"] for room in answer.json}, {"starting"})

    def test_one_active_room_is_answered_at_once(self):
        service = self.service("--simulate", "uniform:10ms:20ms")
        rooms = self.create(service, 2)
        service.wait_active(rooms[0])
        begin = time.monotonic()
        statuses = [room["status"] for room in self.ask(service, rooms, "&wait=25").json]
        self.assertLess(time.monotonic() - begin, 20)
        self.assertIn("active", statuses)

    def test_a_hold_ends_when_one_of_them_becomes_active(self):
        service = self.service("--simulate", "uniform:600ms:3s,seed=5")
        rooms = self.create(service, 20)
        thread, answers = self.held(service, rooms)
        thread.join(20)
        statuses = [room["status"] for room in answers[0][0].json]
        self.assertIn("active", statuses)
        self.assertIn("starting", statuses)

    def test_a_hold_ends_when_one_of_them_is_destroyed(self):
        service = self.service("--simulate", "never=1")
        rooms = self.create(service, 50)
        holds = [self.held(service, rooms) for _ in range(5)]
        other = self.held(service, self.create(service, 2))
        time.sleep(0.3)
        self.assertEqual(sum(len(answers) for _, answers in holds), 0)
        service.destroy(rooms[17])
        destroyed = time.monotonic()
        for thread, answers in holds:
            thread.join(20)
            answer, when = answers[0]
            self.assertEqual([room["roomId"] for room in answer.json], rooms[:17] + rooms[18:])
            self.assertLess(when - destroyed, 10)
        self.assertEqual(other[1], [])
        self.assertEqual(service.stop(), 143)
        other[0].join(20)
        self.assertEqual(len(other[1][0][0].json), 2)

    def test_rooms_that_change_together_are_told_together(self):
        service = self.service("--exec", "/bin/sleep 1000", "--rooms-per-process", "50")
        rooms = self.create(service, 50)
        process = service.call("GET", f"/processes/v1/{APP}/list/running").json[0]["processId"]
        thread, answers = self.held(service, rooms)
        time.sleep(0.3)
        service.call("POST", f"/processes/v3/apps/{APP}/processes/{process}/stop")
        thread.join(20)
        self.assertEqual(answers[0][0].json, [])

    def test_many_holds_of_many_rooms_are_cheap(self):
        service = self.service("--simulate", "never=1", "--port-range", "20000-39999")
        rooms = self.create(service, 2000)
        connections = []
        for i in range(300):
            connection = service.raw()
            start = i * 200 % 2000
            ids = ",".join(rooms[start:start + 200])
            connection.sendall(f"GET /roomport/v1/{APP}/rooms?ids={ids}&wait=25 HTTP/1.1\r\n"
                               "Host: x\r\n\r\n".encode())
            connections.append(connection)
        self.addCleanup(lambda: [connection.close() for connection in connections])
        time.sleep(0.5)
        self.assertEqual(service.info(rooms[0]).status, 200)
        service.destroy(rooms[450])
        answered = 0
        for i, connection in enumerate(connections):
            if i % 10 != 2:
                continue
            response = http.client.HTTPResponse(connection, method="GET")
            response.begin()
            self.assertEqual(len(json.loads(Answer(response).body)), 199)
            answered += 1
        self.assertEqual(answered, 30)
        for i, connection in enumerate(connections):
            if i % 10 != 2:
                connection.settimeout(0)
                with self.assertRaises(OSError):
                    connection.recv(1)

    def test_a_caller_who_leaves_costs_nothing(self):
        service = self.service("--simulate", "never=1")
        descriptors = f"/proc/{service.process.pid}/fd"
        before = len(os.listdir(descriptors))
        rooms = self.create(service, 10)
        request = (f"GET /roomport/v1/{APP}/rooms?ids={','.join(rooms)}&wait=25 HTTP/1.1\r\n"
                   "Host: x\r\n\r\n").encode()
        connections = [service.raw() for _ in range(20)]
        for connection in connections:
            connection.sendall(request)
        eventually(lambda: len(os.listdir(descriptors)) >= before + 20, "all are connected")
        for connection in connections:
            connection.close()
        eventually(lambda: len(os.listdir(descriptors)) <= before, "all are given back", 20)
        service.destroy(rooms[3])
        self.assertEqual(len(self.ask(service, rooms, "&wait=25").json), 9)


if __name__ == "__main__":
    unittest.main()
