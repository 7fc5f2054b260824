"""Standard input, output and error."""

import os
import subprocess
import time
import unittest

from poller import Poller, PollerCase, eventually


class Streams(PollerCase):
    def rooms(self, service, count):
        with_token = service.connect()
        rooms = [service.create(connection=with_token).json["roomId"] for _ in range(count)]
        with_token.close()
        return rooms

    def test_rooms_come_from_standard_input(self):
        service = self.service("--simulate", "100ms")
        poller = self.poller(service, stdin=subprocess.PIPE)
        rooms = self.rooms(service, 20)
        text = "\n".join(rooms[:10]) + "\n\r\n" + "\r\n".join(rooms[10:19]) + "\r\n" + rooms[19]
        for begin in range(0, len(text), 7):
            poller.process.stdin.write(text[begin:begin + 7].encode())
            poller.process.stdin.flush()
        eventually(lambda: len(poller.printed()) == 19, "all whole lines are taken")
        poller.process.stdin.close()
        eventually(lambda: len(poller.printed()) == 20, "the last line needs no end")
        self.assertEqual({each["roomId"] for each in poller.printed()}, set(rooms))
        for each in poller.printed():
            self.assertEqual(poller.get(each["roomId"]).json, each)

    def test_rooms_come_from_a_file(self):
        service = self.service("--simulate", "100ms")
        rooms = self.rooms(service, 20)
        path = os.path.join(service.state, "rooms")
        with open(path, "w") as file:
            file.write("\n".join(rooms))
        with open(path) as file:
            poller = self.poller(service, stdin=file)
        eventually(lambda: len(poller.printed()) == 20, "all are ready")

    def test_lines_that_are_no_rooms_are_told_and_skipped(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, stdin=subprocess.PIPE)
        room = self.rooms(service, 1)[0]
        poller.process.stdin.write(b"a b\n\xff\x1b[31m\n" + b"x" * 100000 + b"\n" + room.encode() + b"\n")
        poller.process.stdin.flush()
        eventually(lambda: poller.printed(), "the good one is ready")
        lines = [each["line"] for each in poller.events("bad_input_line")]
        self.assertEqual(lines[:2], ["a b", "??[31m"])
        self.assertLess(len(lines[2]), 200)
        self.assertEqual(len(lines), 3)

    def test_a_byte_order_mark_is_no_part_of_a_room(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, stdin=subprocess.PIPE)
        rooms = self.rooms(service, 2)
        poller.process.stdin.write(b"\xef\xbb\xbf" + "\r\n".join(rooms).encode())
        poller.process.stdin.close()
        eventually(lambda: len(poller.printed()) == 2, "both are ready")
        self.assertEqual(poller.events("bad_input_line"), [])

    def test_utf_16_is_told_as_what_it_is(self):
        service = self.service("--simulate", "10ms")
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            poller = self.poller(service, stdin=subprocess.PIPE)
            poller.process.stdin.write("roomA\r\nroomB\r\n".encode(encoding))
            poller.process.stdin.close()
            eventually(lambda: len(poller.events("bad_input_line")) >= 2, "both are told")
            for each in poller.events("bad_input_line")[:2]:
                self.assertIn("UTF-16", each["why"], encoding)

    def test_input_waits_for_a_place(self):
        service = self.service("--simulate", "never=1")
        rooms = self.rooms(service, 5)
        poller = self.poller(service, stdin=subprocess.PIPE, rooms={"max_rooms": 3})
        poller.process.stdin.write("".join(room + "\n" for room in rooms).encode())
        poller.process.stdin.flush()
        eventually(lambda: poller.get(rooms[2]).status == 202, "there is place for three")
        self.assertEqual(poller.get(rooms[3]).status, 404)
        self.assert_failure(poller.add("other"), 429, "limit", "other")
        poller.remove(rooms[0])
        eventually(lambda: poller.get(rooms[3]).status == 202, "the next one is taken")
        self.assertEqual(poller.get(rooms[4]).status, 404)

    def test_standard_input_can_be_left_alone(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, stdin=subprocess.PIPE, rooms={"from_standard_input": False})
        rooms = self.rooms(service, 2)
        poller.process.stdin.write((rooms[0] + "\n").encode())
        poller.process.stdin.flush()
        poller.add(rooms[1])
        self.assertEqual(poller.get(rooms[1], 30).status, 200)
        self.assertEqual(poller.get(rooms[0]).status, 404)

    def test_a_reader_that_never_reads_holds_nothing_up(self):
        service = self.service("--simulate", "10ms", "--rooms-per-process", "1000")
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        poller = self.poller(service, stdout=writing)
        rooms = self.rooms(service, 600)  # more lines than a pipe takes
        connection = poller.connect()
        for room in rooms:
            self.assertEqual(poller.add(room, connection=connection).status, 202)
        for room in rooms:
            self.assertEqual(poller.get(room, 60, connection=connection).status, 200)
        connection.close()
        self.assertGreater(os.fstat(reading).st_blksize, 0)
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        begin = time.monotonic()
        self.assertEqual(poller.stop(), 0)
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_reader_that_is_gone_changes_nothing(self):
        service = self.service("--simulate", "10ms")
        reading, writing = os.pipe()
        poller = self.poller(service, stdout=writing)
        os.close(reading)
        os.close(writing)
        for room in self.rooms(service, 3):
            poller.add(room)
            self.assertEqual(poller.get(room, 30).status, 200)
        eventually(lambda: poller.metrics()['roomport_dropped_lines_total{stream="stdout"}'] == 3,
                   "the lines are counted")

    def test_closed_standard_descriptors(self):
        service = self.service("--simulate", "10ms")

        def close_two():
            os.close(0)
            os.close(1)
        poller = self.poller(service, preexec=close_two)
        room = self.rooms(service, 1)[0]
        poller.add(room)
        self.assertEqual(poller.get(room, 30).status, 200)

    def test_the_log_is_json_and_says_what_happened(self):
        service = self.service("--simulate", "10ms")
        poller = self.poller(service, log={"level": "debug"})
        room = self.rooms(service, 1)[0]
        poller.add(room)
        poller.get(room, 30)
        poller.add("unknown")
        poller.get("unknown", 30)
        eventually(lambda: poller.events("room_failed"), "the failure is told")
        failed, ready = poller.events("room_failed")[0], poller.events("room_ready")[0]
        self.assertEqual((failed["level"], failed["roomId"], failed["error"]), ("warning", "unknown", "http_status"))
        self.assertEqual((ready["level"], ready["roomId"]), ("info", room))
        self.assertRegex(ready["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual({each["roomId"] for each in poller.events("room_registered")}, {room, "unknown"})

    def test_less_is_told_on_request(self):
        service = self.service("--simulate", "10ms")
        poller = Poller(service)
        self.addCleanup(poller.close)
        quiet = self.poller(service, log={"level": "info"})
        self.assertTrue(quiet.events("listening"))
        self.assertFalse(quiet.events("room_registered"))


if __name__ == "__main__":
    unittest.main()
