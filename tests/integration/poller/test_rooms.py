"""Registering rooms, asking for them, forgetting them."""

import socket
import struct
import threading
import time
import unittest

from poller import WAITING, PollerCase, eventually


class Rooms(PollerCase):
    def held(self, poller, room, wait=60):
        """Asks with a hold on a connection of its own; the answer stands in the list."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(poller.get(room, wait)))
        thread.start()
        self.addCleanup(thread.join)
        return thread, answers

    def wait_for_holds(self, poller, count):
        eventually(lambda: poller.metrics()["roomport_held_answers"] == count, f"{count} answers are held")

    def test_a_room_is_registered_awaited_and_told(self):
        service = self.service("--simulate", "500ms")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        answer = poller.add(room, "30s")
        self.assertEqual(answer.status, 202)
        self.assertEqual(list(answer.json), WAITING)
        self.assertEqual((answer.json["roomId"], answer.json["exposedPort"]), (room, None))
        self.assertEqual(answer.headers["location"], "/v1/rooms/" + room)
        answer = poller.get(room, 30)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(list(answer.json), WAITING)
        self.assertEqual((answer.json["roomId"], answer.json["status"]), (room, "active"))
        self.assertEqual(answer.json["exposedPort"], service.info(room).json["exposedPort"])
        self.assertEqual(answer.json["additionalExposedPorts"], [])
        self.assertGreaterEqual(answer.json["polls"], 1)
        self.assertEqual(poller.get(room).body, answer.body, "the result stays")
        eventually(lambda: poller.printed() == [answer.json], "the room is printed")

    def test_an_answer_is_held_until_the_room_is_ready_and_no_longer(self):
        service = self.service("--simulate", "1500ms")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        begin = time.monotonic()
        self.assertEqual(poller.get(room, 1).status, 202)
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        begin = time.monotonic()
        self.assertEqual(poller.get(room).status, 202)
        self.assertEqual(poller.get(room, 0).status, 202)
        self.assertEqual(poller.get(room, 60).status, 200)
        self.assertLess(time.monotonic() - begin, 30)

    def test_what_was_seen_so_far_is_told(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        eventually(lambda: poller.get(room).json["status"] == "starting", "the first poll is answered")
        self.assertGreaterEqual(poller.get(room).json["polls"], 1)

    def test_many_callers_get_the_answer_of_one_room(self):
        service = self.service("--simulate", "1s")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        callers = [self.held(poller, room) for _ in range(20)]
        for thread, answers in callers:
            thread.join(30)
            self.assertEqual((answers[0].status, answers[0].json["status"]), (200, "active"))

    def test_registering_again_joins_the_wait(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        for _ in range(3):
            self.assertEqual(poller.add(room).status, 202)
        self.assertEqual(poller.metrics()['roomport_rooms{state="waiting"}'], 1)

    def test_a_room_that_is_done_can_be_awaited_anew(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service)
        self.assertEqual(poller.add("late").status, 202)
        self.assertEqual(poller.get("late", 30).status, 410)
        service.create(room="late")
        self.assertEqual(poller.add("late").status, 202)
        self.assertEqual(poller.get("late", 30).status, 200)

    def test_a_room_that_will_never_be_ready(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service)
        poller.add("unknown")
        answer = poller.get("unknown", 30)
        self.assert_failure(answer, 410, "http_status", "unknown")
        self.assertEqual((answer.json["httpStatus"], answer.json["polls"]), (404, 1))

    def test_a_room_may_appear_within_the_grace(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, rooms={"not_found_grace": "60s"})
        poller.add("soon")
        eventually(lambda: poller.get("soon").json["polls"] >= 1, "it was looked for")
        service.create(room="soon")
        self.assertEqual(poller.get("soon", 60).status, 200)

    def test_a_deadline_that_passes(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        begin = time.monotonic()
        poller.add(room, "1500ms")
        answer = poller.get(room, 30)
        self.assert_failure(answer, 504, "timeout", room)
        self.assertEqual(answer.json["lastStatus"], "starting")
        self.assertGreaterEqual(time.monotonic() - begin, 1.4)
        poller.remove(room)
        poller.add(room, 0.25)
        self.assert_failure(poller.get(room, 30), 504, "timeout", room)

    def test_the_configured_deadline_holds_without_another(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service, rooms={"timeout": "300ms"})
        room = service.create().json["roomId"]
        poller.add(room)
        self.assertEqual(poller.get(room, 30).status, 504)

    def test_a_room_is_forgotten(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        thread, answers = self.held(poller, room)
        self.wait_for_holds(poller, 1)
        answer = poller.remove(room)
        self.assertEqual((answer.status, answer.body), (204, b""))
        thread.join(30)
        self.assert_failure(answers[0], 404, "invalid_argument", room)
        self.assert_failure(poller.get(room), 404, "invalid_argument", room)
        self.assert_failure(poller.remove(room), 404, "invalid_argument", room)
        eventually(lambda: poller.metrics()['roomport_room_wait_seconds_count{outcome="cancelled"}'] == 1,
                   "the wait is given up")
        self.assertEqual(poller.add(room).status, 202)
        self.assertEqual(poller.get(room).status, 202)

    def test_a_caller_who_leaves_is_forgotten(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        callers = [poller.raw() for _ in range(20)]
        for caller in callers:
            caller.sendall(f"GET /v1/rooms/{room}?wait=300 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.wait_for_holds(poller, 20)
        for caller in callers:
            # With a reset: one that only ends its own side still wants its answer.
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.close()
        self.wait_for_holds(poller, 0)

    def test_a_caller_who_ends_its_own_side_is_answered(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        for path, status in [("/healthz", b"200"), (f"/v1/rooms/{room}?wait=1", b"202")]:
            with poller.raw() as caller:
                caller.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                caller.shutdown(socket.SHUT_WR)
                answer = b""
                while piece := caller.recv(65536):
                    answer += piece
            self.assertEqual(answer.split(b" ")[1], status, answer)

    def test_a_room_that_was_not_registered(self):
        poller = self.poller(self.service("--simulate", "10ms"))
        self.assert_failure(poller.get("other"), 404, "invalid_argument", "other")
        self.assert_failure(poller.get("other", 30), 404, "invalid_argument", "other")


class BadRequests(PollerCase):
    @classmethod
    def setUpClass(cls):
        cls.case = PollerCase()
        cls.shared = cls.case.poller(cls.case.service("--simulate", "never=1"))

    @classmethod
    def tearDownClass(cls):
        cls.case.doCleanups()

    def test_bodies_that_name_no_room(self):
        for body in ["", "x", "[]", "{}", '{"roomId":1}', '{"roomid":"a"}', '{"roomId":"a"}x', b'{"roomId":"\xff"}']:
            self.assert_failure(self.shared.call("POST", "/v1/rooms", body), 400, "invalid_argument")

    def test_ids_that_are_none(self):
        for room in ["", "a b", "a/b", "..", "a\r\nX: y", "x" * 101, "é", "a%2f"]:
            self.assert_failure(self.shared.add(room), 400, "invalid_argument")
        for path in ["a%20b", "a%2fb", "..", "x" * 101, "%c3%a9", "a%0d%0ab"]:
            self.assert_failure(self.shared.get(path), 400, "invalid_argument")
            self.assert_failure(self.shared.remove(path), 400, "invalid_argument")

    def test_timeouts_that_are_none(self):
        for timeout in ["", "30", "0s", "-1s", "1 s", "1d", 0, -1, True, [], {}]:
            self.assert_failure(self.shared.add("a", timeout), 400, "invalid_argument")
        self.assertEqual(self.shared.get("a").status, 404)

    def test_waits_that_are_no_whole_seconds(self):
        self.shared.add("b")
        for wait in ["", "x", "1.5", "-1", "%2B1", "1s"]:
            self.assertEqual(self.shared.get("b", wait).status, 400, wait)

    def test_what_is_not_there(self):
        for path in ["/", "/v1", "/v1/rooms/a/b", "/v2/rooms", "/v1/rooms/"]:
            self.assertEqual(self.shared.call("GET", path).status, 404, path)
        for method, path, allowed in [("GET", "/v1/rooms", "POST"), ("PUT", "/v1/rooms/a", "GET, DELETE"),
                                      ("POST", "/healthz", "GET"), ("DELETE", "/metrics", "GET")]:
            answer = self.shared.call(method, path)
            self.assert_failure(answer, 405, "invalid_argument")
            self.assertEqual(answer.headers["allow"], allowed)

    def test_bodies_and_heads_that_are_too_large(self):
        self.assertEqual(self.shared.call("POST", "/v1/rooms", "x" * 20000).status, 413)
        self.assertEqual(self.shared.call("GET", "/v1/rooms/a", headers={"X": "x" * 20000}).status, 431)

    def test_head_is_answered_like_get(self):
        answer = self.shared.call("HEAD", "/healthz")
        self.assertEqual((answer.status, answer.body), (200, b""))


if __name__ == "__main__":
    unittest.main()
