"""The room API in front of an orchestrator that speaks HTTP: `roomport serve --provider`."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "server"))

import fake_allocator  # noqa: E402
from service import ROOMPORT, ServiceCase, eventually  # noqa: E402


class ProviderCase(ServiceCase):
    def allocator(self, **options):
        allocator = fake_allocator.FakeAllocator(**options)
        self.addCleanup(allocator.close)
        return allocator

    def provider_service(self, allocator, more="", **options):
        state = tempfile.mkdtemp(prefix="roomport-provider-")
        self.addCleanup(shutil.rmtree, state, True)
        path = allocator.configuration(state, more)
        return self.service("--provider", path, state=state, **options)

    def restart(self, service):
        self.assertEqual(service.stop(), 143)
        service.process.stdout.close()
        service.errors.close()
        service.start()

    def cli(self, service, *arguments, **options):
        return subprocess.run(
            [ROOMPORT, *arguments, "--endpoint", f"https://localhost:{service.port}",
             "--ca-file", os.path.join(service.state, "ca.pem"), "--app-id", "local"],
            env=dict(os.environ, HATHORA_TOKEN=service.token), capture_output=True, text=True,
            timeout=60, **options)


class Rooms(ProviderCase):
    def test_a_room_comes_from_the_orchestrator_and_goes_back(self):
        allocator = self.allocator(start=(0.3, 0.6))
        service = self.provider_service(allocator)
        done = self.cli(service, "create", "--region", "Frankfurt", "--room-id", "one", "--wait", "--keep")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), "one 203.0.113.7:20000 udp")
        processes = self.cli(service, "processes")
        self.assertEqual(processes.returncode, 0, processes.stderr)
        [process] = json.loads(processes.stdout)
        self.assertEqual(process["exposedPort"]["port"], 20000)
        destroyed = self.cli(service, "destroy", "one")
        self.assertEqual(destroyed.returncode, 0, destroyed.stderr)
        eventually(lambda: not allocator.living_of("one"), "the server is stopped")
        self.assertEqual(service.info("one").status, 404)

    def test_a_match_that_ends_takes_its_room_with_it(self):
        allocator = self.allocator()
        service = self.provider_service(allocator)
        self.assertEqual(service.create(room="one").status, 201)
        service.wait_active("one")
        # Looked at every 10 s while players are on it; a restart looks at once.
        allocator.end(allocator.living_of("one")[0])
        self.restart(service)
        eventually(lambda: service.info("one").status == 404, "the room is gone")
        self.assertIn("ended", service.info("one").json["message"])

    def test_a_room_that_was_destroyed_can_be_made_again_at_once(self):
        allocator = self.allocator()
        service = self.provider_service(allocator)
        self.assertEqual(service.create(room="one").status, 201)
        first = service.wait_active("one")
        self.assertEqual(service.destroy("one").status, 204)
        self.assertEqual(service.create(room="one").status, 201)
        second = service.wait_active("one")
        self.assertNotEqual(first["exposedPort"]["port"], second["exposedPort"]["port"])
        eventually(lambda: len(allocator.living_of("one")) == 1, "one server is left")

    def test_rooms_survive_a_restart(self):
        allocator = self.allocator()
        service = self.provider_service(allocator)
        for name in ("a", "b", "c"):
            self.assertEqual(service.create(room=name).status, 201)
            service.wait_active(name)
        self.assertEqual(service.destroy("c").status, 204)
        eventually(lambda: not allocator.living_of("c"), "c is stopped")
        before = {name: service.info(name).json["exposedPort"] for name in ("a", "b")}
        self.restart(service)
        self.assertEqual(service.info("c").status, 404)
        for name in ("a", "b"):
            self.assertEqual(service.wait_active(name)["exposedPort"], before[name])
        self.assertEqual(len(allocator.creates), 3)


class Refusals(ProviderCase):
    def test_what_no_retry_helps_is_told_at_once(self):
        for refusal, status in (((402, {"message": "pay first"}), 402), ((400, {"message": "bad image"}), 422)):
            allocator = self.allocator(refusal=refusal)
            service = self.provider_service(allocator)
            answer = service.create()
            self.assert_error(answer, status)
            self.assertIn(refusal[1]["message"], answer.json["message"])

    def test_a_region_without_servers_is_refused(self):
        service = self.provider_service(self.allocator())
        self.assert_error(service.create(region="Tokyo"), 422)

    def test_no_capacity_keeps_a_room_starting_until_its_time_is_over(self):
        allocator = self.allocator(capacity=0)
        service = self.provider_service(allocator, 'capacity_timeout = "3s"')
        self.assertEqual(service.create(room="one").status, 201)
        self.assertEqual(service.info("one").json["status"], "starting")
        eventually(lambda: service.info("one").status == 404, "the room is given up")
        self.assertIn("nothing is free", service.info("one").json["message"])
        self.assertGreater(len(allocator.creates), 1)

    def test_a_room_waits_for_a_server_that_comes_free(self):
        allocator = self.allocator(capacity=1)
        service = self.provider_service(allocator)
        for name in ("one", "two"):
            self.assertEqual(service.create(room=name).status, 201)
        service.wait_active("one")
        self.assertEqual(service.info("two").json["status"], "starting")
        service.destroy("one")
        service.wait_active("two")

    def test_a_wrong_token_is_told_without_the_token_and_read_again(self):
        allocator = self.allocator()
        service = self.provider_service(allocator)
        token_file = os.path.join(service.state, "alloc.token")
        with open(token_file, "w") as file:
            file.write("a-wrong-token-that-is-secret\n")
        self.assertEqual(service.create(room="one").status, 201)
        eventually(lambda: "HTTP 401" in service.stderr(), "the refusal is told")
        self.assertNotIn("a-wrong-token-that-is-secret", service.stderr())
        with open(token_file, "w") as file:
            file.write(fake_allocator.TOKEN + "\n")
        service.wait_active("one")

    def test_a_file_that_is_wrong_is_told_with_its_line(self):
        state = tempfile.mkdtemp(prefix="roomport-provider-")
        self.addCleanup(shutil.rmtree, state, True)
        path = os.path.join(state, "wrong.toml")
        with open(path, "w") as file:
            file.write('[provider]\ntype = "http"\nownr = "x"\n')
        done = subprocess.run([ROOMPORT, "serve", "--provider", path, "--state-dir", state],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        # Each problem is a line of its own.
        for line in done.stderr.splitlines():
            self.assertRegex(line, "^roomport: invalid_argument: .*wrong.toml:[0-9]+: provider")
        self.assertIn("wrong.toml:3: provider.ownr: there is no such key", done.stderr)

    def test_a_damaged_store_is_told_and_left_alone(self):
        allocator = self.allocator()
        service = self.provider_service(allocator)
        self.assertEqual(service.create(room="one").status, 201)
        self.assertEqual(service.stop(), 143)
        path = os.path.join(service.state, "rooms.db")
        for name in ("rooms.db-wal", "rooms.db-shm"):
            if os.path.exists(os.path.join(service.state, name)):
                os.unlink(os.path.join(service.state, name))
        with open(path, "wb") as file:
            file.write(b"x" * 8192)
        done = subprocess.run(service.arguments, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("rooms.db", done.stderr)
        self.assertIn("damaged", done.stderr)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), b"x" * 8192)


class Supervision(ProviderCase):
    def ask(self, service, path):
        found = eventually(lambda: re.search(r"metrics at http://([^\s]+)", service.stderr()), "it listens")
        try:
            with urllib.request.urlopen(f"http://{found.group(1)}/{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def admin_service(self, allocator):
        state = tempfile.mkdtemp(prefix="roomport-provider-")
        self.addCleanup(shutil.rmtree, state, True)
        return self.service("--provider", allocator.configuration(state), "--admin", "127.0.0.1:0", state=state)

    def test_rooms_refusals_and_orphans_are_counted(self):
        allocator = self.allocator()
        service = self.admin_service(allocator)
        self.assertEqual(service.create(room="one").status, 201)
        service.wait_active("one")
        allocator.add("nobodys", "test")
        eventually(lambda: not allocator.living_of("nobodys"), "the orphan is stopped")
        self.assertEqual(self.ask(service, "healthz"), (200, "ok\n"))
        self.assertEqual(self.ask(service, "readyz"), (200, "ok\n"))
        self.assertEqual(self.ask(service, "nothing")[0], 404)
        status, text = self.ask(service, "metrics")
        self.assertEqual(status, 200)
        for line in ('roomport_rooms{state="active"} 1', 'roomport_rooms{state="starting"} 0',
                     "roomport_allocation_creates_total 1", "roomport_allocation_orphans_stopped_total 1",
                     "# TYPE roomport_rooms gauge"):
            self.assertIn(line + "\n", text)
        self.assertEqual(text.count("# TYPE roomport_rooms "), 1)

    def test_refused_credentials_are_no_readiness(self):
        allocator = self.allocator()
        service = self.admin_service(allocator)
        with open(os.path.join(service.state, "alloc.token"), "w") as file:
            file.write("another-token\n")
        self.assertEqual(service.create(room="one").status, 201)
        status, text = eventually(lambda: (lambda a: a if a[0] == 503 else None)(self.ask(service, "readyz")),
                                  "it is not ready")
        self.assertIn("refuses the credentials", text)
        self.assertNotIn("another-token", text)
        self.assertEqual(self.ask(service, "healthz")[0], 200)
        with open(os.path.join(service.state, "alloc.token"), "w") as file:
            file.write(fake_allocator.TOKEN + "\n")
        service.wait_active("one")
        eventually(lambda: self.ask(service, "readyz")[0] == 200, "it is ready again")


class Storms(ProviderCase):
    def test_a_burst_keeps_to_the_rate_and_loses_no_room(self):
        allocator = self.allocator(rate=200, losses=0.1)
        service = self.provider_service(allocator)
        rooms = [f"room-{number}" for number in range(60)]
        connection = service.connect()
        for room in rooms:
            self.assertEqual(service.create(room=room, connection=connection).status, 201)
        connection.close()
        for room in rooms:
            service.wait_active(room)
        self.assertEqual(allocator.over_rate, 0)
        eventually(lambda: len(allocator.living()) == len(rooms), "no orphan is left")

    def test_killed_at_any_moment_it_loses_no_room_and_leaves_no_orphan(self):
        """ROOMPORT_KILLS says how often; the seed is ROOMPORT_KILL_SEED."""
        seed = int(os.environ.get("ROOMPORT_KILL_SEED", "1"))
        chance = random.Random(seed)
        allocator = self.allocator(seed=seed, losses=0.2, start=(0.0, 0.2), delay=0.02)
        service = self.provider_service(allocator)
        acknowledged, destroyed, unsure = set(), set(), set()
        for number in range(int(os.environ.get("ROOMPORT_KILLS", "30"))):
            room = f"room-{number}"
            stop_at = time.monotonic() + chance.uniform(0, 0.4)

            def work(room=room):
                try:
                    if service.create(room=room).status == 201:
                        acknowledged.add(room)
                    else:
                        unsure.add(room)
                    if acknowledged and chance.random() < 0.5:
                        old = sorted(acknowledged - destroyed)[0]
                        unsure.add(old)
                        if service.destroy(old).status == 204:
                            destroyed.add(old)
                except OSError:
                    unsure.add(room)
                except Exception:  # An answer that was cut short.
                    unsure.add(room)

            thread = threading.Thread(target=work)
            thread.start()
            time.sleep(max(0.0, stop_at - time.monotonic()))
            service.process.send_signal(signal.SIGKILL)
            service.process.wait()
            service.process.stdout.close()
            service.errors.close()
            thread.join()
            service.start()
        allocator.losses = 0.0
        for room in sorted(acknowledged - unsure):
            service.wait_active(room)
        # After the grace the orchestrator's own books know of one server for each living room, and of no other.
        def problem():
            with allocator.lock:
                living = [server.room for server in allocator.living()]
            told = {room for room in set(living) if service.info(room).status == 200}
            doubles = [room for room in set(living) if living.count(room) > 1]
            orphans = [room for room in set(living) if room not in told]
            return doubles + orphans
        eventually(lambda: not problem(), f"no orphan and no double is left, seed {seed}", 60)
        for room in destroyed:
            self.assertEqual(allocator.living_of(room), [], f"{room} came back, seed {seed}")
        for room in acknowledged - unsure:
            self.assertEqual(len(allocator.living_of(room)), 1, f"{room}, seed {seed}")
        self.assertGreater(len(acknowledged), 0)
        self.assertEqual(allocator.wrong_tokens, 0)


if __name__ == "__main__":
    import unittest
    unittest.main()
