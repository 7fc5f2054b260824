"""Ten thousand rooms, two thousand held answers, one room too many."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
import unittest

from poller import PollerCase, eventually, raise_descriptor_limit

raise_descriptor_limit()
# Sanitizers make everything slower, and look for something else than load.
DIVISOR = int(os.environ.get("LOAD_DIVISOR", "1"))
ROOMS = 10_000 // DIVISOR
HELD = 2_000 // DIVISOR


def read_answers(connection, count):
    """The (status, body) of so many answers that come one after the other on a connection."""
    stream = connection.makefile("rb", buffering=1 << 16)
    answers = []
    for _ in range(count):
        status = int(stream.readline().split()[1])
        length = 0
        for line in iter(stream.readline, b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answers.append((status, stream.read(length)))
    return answers


def pipeline(connection, requests):
    """Sends requests one behind the other, and reads their answers meanwhile."""
    sender = threading.Thread(target=connection.sendall, args=(b"".join(requests),))
    sender.start()
    answers = read_answers(connection, len(requests))
    sender.join()
    connection.close()
    return answers


def create_rooms(service, count):
    body = b'{"region":"Tokyo"}'
    request = (b"POST /rooms/v2/local/create?roomId=room-%d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
               b"Content-Length: %d\r\n\r\n%s")
    with service.raw(120) as connection:
        # A TLS connection can't be written to and read from at once: not more than fits in between.
        for begin in range(0, count, 100):
            for number in range(begin, begin + 100):
                connection.sendall(request % (number, service.token.encode(), len(body), body))
            for status, answer in read_answers(connection, 100):
                assert status == 201, answer


def registrations(rooms, timeout="120s"):
    for room in rooms:
        body = json.dumps({"roomId": room, "timeout": timeout}).encode()
        yield b"POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def hold(poller, room):
    connection = poller.raw(120)
    connection.sendall(f"GET /v1/rooms/{room}?wait=120 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


class Load(PollerCase):
    def test_ten_thousand_rooms_and_two_thousand_held_answers(self):
        service = self.service("--simulate", "uniform:6s:9s,seed=5", "--rooms-per-process", "10")
        poller = self.poller(service, api={"connect_timeout": "60s", "request_timeout": "60s"})
        begin = time.monotonic()
        create_rooms(service, ROOMS)
        created = time.monotonic() - begin
        # However slow this machine is: no room is ready before all are registered, and asked for.
        service.process.send_signal(signal.SIGSTOP)
        try:
            rooms = [f"room-{number}" for number in range(ROOMS)]
            answers = pipeline(poller.raw(120), list(registrations(rooms)))
            self.assertEqual({status for status, _ in answers}, {202})
            registered = time.monotonic() - begin
            callers = [hold(poller, room) for room in rooms[-HELD:]]
            eventually(lambda: poller.metrics()["roomport_held_answers"] == HELD, "all answers are held")
            self.assertEqual(poller.metrics()['roomport_rooms{state="waiting"}'], ROOMS)
        finally:
            service.process.send_signal(signal.SIGCONT)
        for room, caller in zip(rooms[-HELD:], callers):
            (status, body), = read_answers(caller, 1)
            self.assertEqual(status, 200)
            self.assertEqual(json.loads(body)["roomId"], room)
            caller.close()
        eventually(lambda: poller.metrics()['roomport_room_wait_seconds_count{outcome="ready"}'] == ROOMS,
                   "all rooms are ready", 120)
        took = time.monotonic() - begin
        eventually(lambda: len(poller.printed()) == ROOMS, "all rooms are printed")
        self.assertEqual({each["roomId"] for each in poller.printed()}, set(rooms))
        metrics = poller.metrics()
        polls = sum(value for name, value in metrics.items() if name.startswith("roomport_polls_total"))
        print(f"\n{ROOMS} rooms: created after {created:.1f} s, registered after {registered:.1f} s, ready after "
              f"{took:.1f} s; {HELD} answers held; {polls:.0f} polls; "
              f"{metrics['process_resident_memory_bytes'] / 2**20:.0f} MiB")

    def test_two_thousand_held_answers_at_once(self):
        service = self.service("--simulate", "never=1")
        poller = self.poller(service)
        room = service.create().json["roomId"]
        poller.add(room)
        callers = [hold(poller, room) for _ in range(HELD)]
        eventually(lambda: poller.metrics()["roomport_held_answers"] == HELD, "all are held")
        begin = time.monotonic()
        self.assertEqual(poller.call("GET", "/healthz").status, 200)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(poller.remove(room).status, 204)
        for caller in callers:
            (status, _), = read_answers(caller, 1)
            self.assertEqual(status, 404)
            caller.close()

    def test_one_room_more_than_a_hundred_thousand(self):
        # Connections are accepted by the system, and that is all that ever happens.
        with socket.create_server(("127.0.0.1", 0)) as silent:
            poller = self.poller(api={"endpoint": f"https://127.0.0.1:{silent.getsockname()[1]}", "app_id": "a"},
                                 stdin=subprocess.PIPE)
            begin = time.monotonic()
            poller.process.stdin.write(b"".join(b"room-%d\n" % number for number in range(100_000)))
            poller.process.stdin.flush()
            eventually(lambda: poller.metrics()['roomport_rooms{state="waiting"}'] == 100_000, "all have a place", 120)
            took = time.monotonic() - begin
            answer = poller.add("one-more")
            self.assert_failure(answer, 429, "limit", "one-more")
            self.assertRegex(answer.headers["retry-after"], r"^\d+$")
            self.assertEqual(poller.add("room-99999").status, 202, "it has its place")
            self.assertEqual(poller.call("GET", "/readyz").status, 200)
            memory = poller.metrics()["process_resident_memory_bytes"]
            self.assertEqual(poller.remove("room-0").status, 204)
            self.assertEqual(poller.add("one-more").status, 202)
            self.assertEqual(poller.add("two-more").status, 429)
            begin = time.monotonic()
            self.assertEqual(poller.stop(), 0)
            print(f"\n100000 rooms: registered in {took:.1f} s, {memory / 2**20:.0f} MiB, "
                  f"stopped in {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    unittest.main()
