"""Real children: how they start, fail, are stopped and never outlive the service."""

import json
import os
import signal
import socket
import stat
import subprocess
import tempfile
import time
import unittest

from service import APP, GAME_SERVER, ROOMPORT, ServiceCase, eventually, read_text


def script(case, text):
    """A program for --exec. Python, because a shell can't bind a port."""
    file = tempfile.NamedTemporaryFile("w", suffix=".py", delete=False)
    case.addCleanup(os.unlink, file.name)
    with file:
        file.write("#!/usr/bin/python3 -IS\nimport os, signal, socket, sys, time\n"
                   "port = int(sys.argv[1])\n"
                   "def bind():\n"
                   "    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                   "    s.bind(('', port))\n"
                   "    return s\n" + text)
    os.chmod(file.name, 0o755)
    return file.name


class Children(ServiceCase):
    def scripted(self, text, *arguments, **options):
        return self.service("--exec", script(self, text) + " {port}", *arguments, **options)

    def launches(self, folder):
        """How often each process was started: every launch writes a line."""
        return sorted(len(read_text(os.path.join(folder, name)).splitlines())
                      for name in os.listdir(folder))

    def logs(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name

    def test_a_child_that_exits_with_0_has_its_room_destroyed(self):
        logs = self.logs()
        service = self.scripted("print('launch', flush=True)\nsys.exit(0)\n", "--log-dir", logs)
        room = service.create().json["roomId"]
        eventually(lambda: service.info(room).status == 404, "the room is gone")
        self.assertEqual(self.launches(logs), [1])

    def test_a_child_that_fails_is_launched_three_times_more(self):
        logs = self.logs()
        service = self.scripted("print('launch', flush=True)\nsys.exit(1)\n", "--log-dir", logs)
        room = service.create().json["roomId"]
        eventually(lambda: service.info(room).status == 404, "the room is gone")
        self.assertEqual(self.launches(logs), [4])
        latest, = service.call("GET", f"/processes/v3/apps/{APP}/processes/latest").json
        self.assertEqual((latest["status"], latest["summaryExitReason"]),
                         ("failed", "exit status 1"))

    def test_a_room_is_starting_again_after_its_child_was_killed(self):
        service = self.game_service()
        room = service.create().json["roomId"]
        service.wait_active(room)
        first, = service.children()
        os.kill(first, signal.SIGKILL)
        eventually(lambda: service.children() not in ([], [first]), "another child runs")
        service.wait_active(room)

    def test_a_child_that_binds_late(self):
        service = self.scripted("time.sleep(1)\ns = bind()\ntime.sleep(100)\n")
        room = service.create().json["roomId"]
        self.assertEqual(service.info(room).json["status"], "starting")
        service.wait_active(room)

    def test_a_child_that_binds_late_keeps_its_port_from_other_services(self):
        logs = self.logs()
        slow = self.scripted("print('launch', flush=True)\ntime.sleep(1)\ns = bind()\n"
                             "time.sleep(100)\n", "--log-dir", logs)
        busy = self.game_service()
        room = slow.create().json["roomId"]
        others = []
        while slow.info(room).json["status"] == "starting":
            others.append(busy.create().json["roomId"])
            busy.wait_active(others[-1])
            self.assertLess(len(others), 500)
        self.assertEqual(slow.info(room).json["status"], "active")
        self.assertEqual(self.launches(logs), [1])

    def test_a_child_that_never_binds_is_killed(self):
        logs = self.logs()
        service = self.scripted("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                "print('launch', flush=True)\ntime.sleep(100)\n",
                                "--log-dir", logs, "--bind-timeout", "300ms")
        room = service.create().json["roomId"]
        eventually(lambda: service.info(room).status == 404, "the room is given up")
        self.assertIn("signal 9, after its port was not bound in time", service.stderr())
        self.assertEqual(self.launches(logs), [4])
        self.assertEqual(service.children(), [])

    def test_a_grandchild_that_binds_and_stays_in_the_group(self):
        service = self.scripted("if os.fork() == 0:\n    s = bind()\ntime.sleep(100)\n")
        room = service.create().json["roomId"]
        service.wait_active(room)
        self.assertEqual(len(service.children()), 2)
        service.destroy(room)
        eventually(lambda: not service.children(), "child and grandchild are gone")

    def test_what_a_child_leaves_behind_in_its_group_ends_with_it(self):
        service = self.scripted("s = bind()\n"
                                "if os.fork() == 0:\n    time.sleep(100)\n"
                                "time.sleep(0.5)\nsys.exit(0)\n")
        room = service.create().json["roomId"]
        eventually(lambda: service.info(room).status == 404, "the room is gone")
        eventually(lambda: not service.children(), "the grandchild is gone")

    def test_a_port_that_another_program_has_is_not_used(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 25210))
            service = self.game_service("--port-range", "25210-25211")
            info = service.wait_active(service.create().json["roomId"])
            self.assertEqual(info["exposedPort"]["port"], 25211)
            self.assert_error(service.create(), 429)

    def test_a_port_that_another_program_takes_meanwhile_is_left_to_it(self):
        service = self.scripted("time.sleep(100 if port == 25220 else 0)\n"
                                "s = bind()\ntime.sleep(100)\n",
                                "--port-range", "25220-25221")
        room = service.create().json["roomId"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 25220))
            info = service.wait_active(room)
            self.assertEqual(info["exposedPort"]["port"], 25221)

    def test_the_environment_and_the_descriptors_of_a_child(self):
        logs = self.logs()
        service = self.service(
            "--exec", script(self, "import json\n"
                             "print(json.dumps([dict(os.environ), os.listdir('/proc/self/fd'),\n"
                             "    os.getpgrp() == os.getpid(), sys.argv[1:]]), flush=True)\n"
                             "s = bind()\ntime.sleep(100)\n") +
            " {port} 'two words' \"{room_id}\" {process_id} {region} {port:debug} {other} ''",
            "--ports", "default:udp,debug:tcp", "--log-dir", logs, "--pass-env", "OTHER",
            environment={"HATHORA_TOKEN": "very-secret", "OTHER": "kept", "CLOUD_SECRET": "s"})
        room = service.create(config='{"a": 1}').json["roomId"]
        info = service.wait_active(room)
        name, = os.listdir(logs)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(logs, name)).st_mode), 0o600)
        environment, descriptors, is_leader, words = json.loads(
            read_text(os.path.join(logs, name)))
        port = str(info["exposedPort"]["port"])
        extra = str(info["additionalExposedPorts"][0]["port"])
        process = name[:-len(".log")]
        self.assertNotIn("HATHORA_TOKEN", environment)
        self.assertNotIn("CLOUD_SECRET", environment)
        self.assertEqual(environment["PATH"], os.environ["PATH"])
        expected = {"OTHER": "kept", "HATHORA_APP_ID": APP, "HATHORA_PROCESS_ID": process,
                    "HATHORA_REGION": "Frankfurt", "HATHORA_ROOMS_PER_PROCESS": "1",
                    "HATHORA_INITIAL_ROOM_ID": room, "HATHORA_INITIAL_ROOM_CONFIG": '{"a": 1}',
                    "HATHORA_DEFAULT_PORT": port, "HATHORA_DEBUG_PORT": extra,
                    "HATHORA_HOSTNAME": "127.0.0.1"}
        self.assertEqual({key: environment.get(key) for key in expected}, expected)
        for key in ["HATHORA_APP_SECRET", "HATHORA_DEPLOYMENT_ID", "HATHORA_BUILD_TAG"]:
            self.assertIn(key, environment)
        # 0, 1, 2 and the one that lists the folder.
        self.assertEqual(len(descriptors), 4)
        self.assertTrue(is_leader)
        self.assertEqual(words, [port, "two words", room, process, "Frankfurt", extra, "{other}",
                                 ""])

    def test_a_standard_input_that_stays_open(self):
        waiting = "import threading\ns = bind()\nsys.stdin.read()\n"
        ended = self.scripted(waiting)
        room = ended.create().json["roomId"]
        eventually(lambda: ended.info(room).status == 404, "it ends with its standard input")
        kept = self.scripted(waiting, "--stdin", "pipe")
        room = kept.create().json["roomId"]
        kept.wait_active(room)
        self.assertEqual(kept.info(room).status, 200)
        kept.destroy(room)
        eventually(lambda: kept.info(room).status == 404, "it is destroyed")

    def refused_start(self, command):
        """What the service says when it can't run this."""
        with tempfile.TemporaryDirectory() as state:
            done = subprocess.run([ROOMPORT, "serve", "--exec", command, "--state-dir", state, "--listen", "127.0.0.1:0"],
                                  capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def file_for_exec(self, content, mode=0o755):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "game")
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def test_what_can_not_run_is_told_at_the_start(self):
        for content, mode, why in [
                (b"#!/bin/sh\r\necho hi\r\n", 0o755, r"its interpreter '/bin/sh\r' is missing"),
                (b"#!/no/such/python\n", 0o755, "its interpreter '/no/such/python' is missing"),
                (b"#!\necho hi\n", 0o755, "names no interpreter"),
                (b"#!/bin/sh\necho hi\n", 0o644, "chmod +x"),
                (b"", 0o755, "is empty"),
                (b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\xf3\0" + b"\0" * 200, 0o755, "another kind of processor"),
                (b"MZ\0\0" * 9, 0o755, "neither a program")]:
            with self.subTest(why):
                self.assertIn(why, self.refused_start(self.file_for_exec(content, mode)))
        self.assertIn("is a folder", self.refused_start("/usr"))
        self.assertIn("there is no program to run at 'no-such-program'", self.refused_start("no-such-program"))

    def test_a_script_without_a_first_line_is_run_by_the_shell(self):
        path = self.file_for_exec(f'exec {GAME_SERVER} "$1"\n'.encode())
        service = self.service("--exec", path + " {port}")
        service.wait_active(service.create().json["roomId"])

    def test_what_becomes_hopeless_is_not_tried_again_and_told(self):
        path = self.file_for_exec(f"#!/bin/sh\nexec {GAME_SERVER} $1\n".encode())
        service = self.service("--exec", path + " {port}")
        with open(path, "wb") as file:
            file.write(b"#!/no/such/shell\n")
        room = service.create().json["roomId"]
        gone = eventually(lambda: service.info(room) if service.info(room).status == 404 else None, "it is gone")
        self.assertIn("its interpreter '/no/such/shell' is missing", gone.json["message"])
        self.assertNotIn("times", gone.json["message"])

    def test_who_waits_learns_why_a_room_is_gone(self):
        service = self.scripted("sys.exit(3)\n")
        room = service.create().json["roomId"]
        gone = eventually(lambda: service.info(room) if service.info(room).status == 404 else None, "it is gone")
        self.assertEqual(gone.json["message"],
                         "the room is gone: its game server failed 4 times, at last: exit status 3")

    def test_an_id_that_would_be_an_option_is_refused(self):
        service = self.scripted("s = bind()\ntime.sleep(100)\n")
        self.assertEqual(service.create(room="--rcon").status, 201)
        service = self.service("--exec", script(self, "s = bind()\ntime.sleep(100)\n") + " {port} {room_id}")
        self.assert_error(service.create(room="--rcon"), 422)
        self.assertEqual(service.create(room="rcon-").status, 201)

    def test_rooms_share_a_process(self):
        service = self.game_service("--rooms-per-process", "2")
        first = service.create().json
        second = service.create().json
        third = service.create().json
        self.assertEqual(first["processId"], second["processId"])
        self.assertNotEqual(first["processId"], third["processId"])
        service.wait_active(third["roomId"])
        fourth = service.create().json
        self.assertEqual((fourth["status"], fourth["processId"]), ("active", third["processId"]))
        service.destroy(third["roomId"])
        self.assertEqual(service.info(fourth["roomId"]).json["status"], "active")

    def test_sigterm_stops_the_children_and_then_the_service(self):
        service = self.game_service()
        rooms = [service.create().json["roomId"] for _ in range(3)]
        for room in rooms:
            service.wait_active(room)
        self.assertEqual(len(service.children()), 3)
        self.assertEqual(service.stop(), 143)
        self.assertEqual(service.children(), [])

    def test_sigint_stops_it_too(self):
        service = self.game_service()
        self.assertEqual(service.stop(signal.SIGINT), 130)

    def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(self):
        service = self.scripted("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                "s = bind()\ntime.sleep(100)\n", "--stop-grace", "500ms")
        service.wait_active(service.create().json["roomId"])
        begin = time.monotonic()
        self.assertEqual(service.stop(), 143)
        self.assertGreaterEqual(time.monotonic() - begin, 0.5)
        self.assertEqual(service.children(), [])

    def test_after_kill_9_the_next_start_kills_the_children(self):
        service = self.game_service()
        rooms = [service.create().json["roomId"] for _ in range(5)]
        for room in rooms:
            service.wait_active(room)
        left = service.children()
        service.process.kill()
        service.process.wait()
        self.assertEqual(sorted(service.children()), sorted(left))
        service.process.stdout.close()
        service.errors.close()
        service.start()
        self.assertEqual(service.children(), [])
        for room in rooms:
            self.assert_error(service.info(room), 404)

    def test_a_service_that_is_itself_marked_does_not_kill_itself(self):
        first = self.game_service()
        first.stop()
        # As if it had been started by a game server of the same state folder: wrapper and service carry the marker.
        environment = {"ROOMPORT_SERVICE_MARKER": first.marker}
        wrapped = subprocess.Popen(
            ["/bin/sh", "-c", '"$@"; exit $?', "sh", *first.arguments],
            stdout=subprocess.PIPE, env=dict(os.environ, **environment))
        self.addCleanup(wrapped.stdout.close)
        self.assertTrue(wrapped.stdout.readline().startswith(b"https://"))
        self.assertIsNone(wrapped.poll())
        for pid in first.children():
            if read_text(f"/proc/{pid}/comm").strip() != "sh":
                os.kill(pid, signal.SIGTERM)
        self.assertEqual(wrapped.wait(30), 143)

    def test_a_second_start_on_the_state_folder_fails_and_touches_nothing(self):
        service = self.game_service()
        room = service.create().json["roomId"]
        service.wait_active(room)
        before = {name: os.stat(os.path.join(service.state, name)).st_mtime_ns
                  for name in os.listdir(service.state)}
        second = subprocess.run(service.arguments, capture_output=True, timeout=30)
        self.assertEqual((second.returncode, second.stdout), (2, b""))
        self.assertIn(b"state folder", second.stderr)
        after = {name: os.stat(os.path.join(service.state, name)).st_mtime_ns
                 for name in os.listdir(service.state)}
        self.assertEqual(before, after)
        self.assertEqual(service.info(room).json["status"], "active")

    def test_fifty_rooms_with_fifty_children(self):
        service = self.service("--exec", GAME_SERVER + " {port}", "--ports", "default:tcp")
        connection = service.connect()
        rooms = [service.create(connection=connection).json["roomId"] for _ in range(50)]
        ports = {service.wait_active(room)["exposedPort"]["port"] for room in rooms}
        self.assertEqual(len(ports), 50)
        self.assertEqual(len(service.children()), 50)
        connection.close()
        self.assertEqual(service.stop(), 143)
        self.assertEqual(service.children(), [])

    def test_as_process_1_it_leaves_no_zombie(self):
        probe = subprocess.run(["unshare", "-pf", "--mount-proc", "true"], capture_output=True)
        if probe.returncode != 0:
            self.skipTest("needs the right to make a process namespace")
        state = tempfile.TemporaryDirectory()
        self.addCleanup(state.cleanup)
        # The child leaves an orphan outside of its group that ends: only process 1 can reap it.
        child = script(self, "s = bind()\n"
                       "if os.fork() == 0:\n"
                       "    os.setsid()\n"
                       "    if os.fork() == 0:\n        time.sleep(0.3)\n    os._exit(0)\n"
                       "os.wait()\ntime.sleep(100)\n")
        service = subprocess.Popen(
            ["unshare", "-pf", "--mount-proc", ROOMPORT, "serve", "--listen", "127.0.0.1:0",
             "--state-dir", state.name, "--exec", child + " {port}"], stdout=subprocess.PIPE)
        self.addCleanup(service.stdout.close)
        port = int(service.stdout.readline().decode().rsplit(":", 1)[1])
        token = read_text(os.path.join(state.name, "token")).strip()
        created = subprocess.run(
            ["curl", "-sf", "--cacert", os.path.join(state.name, "ca.pem"), "-H",
             "Authorization: Bearer " + token, "-d", '{"region":"Tokyo"}',
             f"https://127.0.0.1:{port}/rooms/v2/{APP}/create"], capture_output=True, timeout=30)
        self.assertEqual(created.returncode, 0)
        inner, = [int(pid) for pid in
                  read_text(f"/proc/{service.pid}/task/{service.pid}/children").split()]

        def family():
            text = read_text(f"/proc/{inner}/task/{inner}/children")
            return [read_text(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[0]
                    for pid in text.split()]
        eventually(lambda: len(family()) == 2, "the orphan has come to process 1")
        eventually(lambda: len(family()) == 1 and "Z" not in family(), "the orphan is reaped")
        os.kill(inner, signal.SIGTERM)
        service.wait(30)

    def test_as_process_1_it_leaves_no_zombie_when_it_only_simulates(self):
        probe = subprocess.run(["unshare", "-pf", "--mount-proc", "true"], capture_output=True)
        if probe.returncode != 0:
            self.skipTest("needs the right to make a process namespace")
        state = tempfile.TemporaryDirectory()
        self.addCleanup(state.cleanup)
        # Two children that the shell leaves to it: one ends before it begins, the other while it runs.
        service = subprocess.Popen(
            ["unshare", "-pf", "--mount-proc", "sh", "-c",
             "true & sleep 0.5 & exec \"$@\"", "sh", ROOMPORT, "serve", "--listen", "127.0.0.1:0",
             "--state-dir", state.name, "--simulate", "10ms"], stdout=subprocess.PIPE)
        self.addCleanup(service.stdout.close)
        self.addCleanup(service.wait, 30)
        self.assertIn(b"https://", service.stdout.readline())
        inner, = [int(pid) for pid in
                  read_text(f"/proc/{service.pid}/task/{service.pid}/children").split()]
        self.addCleanup(os.kill, inner, signal.SIGTERM)
        eventually(lambda: not read_text(f"/proc/{inner}/task/{inner}/children"),
                   "both are reaped")


if __name__ == "__main__":
    unittest.main()
