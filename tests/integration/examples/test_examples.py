"""Every example is run as its first lines say, and the README quotes them as they are."""

import json
import os
import re
import socket
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "cli"))
from support import GAME_SERVER, Service  # noqa: E402

SOURCE = Path(os.environ["ROOMPORT_SOURCE"])


def run(name, *arguments, stdin=None):
    return subprocess.run([os.environ[name], *map(str, arguments)], input=stdin, capture_output=True,
                          text=True, timeout=120, check=False)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--exec", f"{GAME_SERVER} {{port}}")
        cls.ca = cls.service.state / "ca.pem"
        cls.token = cls.service.state / "token"

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()

    def test_1_first_wait(self):
        room = self.service.run("create", "--region", "Frankfurt").json()["roomId"]
        done = run("FIRST_WAIT", self.service.url, "local", self.ca, room)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^127\.0\.0\.1:\d+ udp\n$")
        gone = run("FIRST_WAIT", self.service.url, "local", self.ca, "never-was")
        self.assertEqual(gone.returncode, 1)
        self.assertIn("404", gone.stderr)

    def test_2_push_reader(self):
        document = ('{"roomId":"r1","status":"active","exposedPort":{"name":"default","host":"h.example",'
                    '"port":7777,"transportType":"udp"},"additionalExposedPorts":[]}')
        done = run("PUSH_READER", stdin=document)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "r1 is at h.example:7777\n" + document + "\n")
        broken = run("PUSH_READER", stdin='{"roomId":7}')
        self.assertEqual(broken.returncode, 1)
        self.assertIn("/roomId", broken.stderr)

    def test_3_pool_get(self):
        done = run("POOL_GET", self.service.url, "/discovery/v2/ping", self.ca)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("200\n["), done.stdout)

    def test_small_daemon(self):
        room = self.service.run("create", "--region", "Frankfurt").json()["roomId"]
        done = run("SMALL_DAEMON", self.service.url, "local", self.ca, stdin=f"{room}\nnever-was\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        ready = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(each["roomId"], each["exposedPort"]["host"]) for each in ready], [(room, "127.0.0.1")])
        self.assertRegex(done.stderr, r"^never-was: .*404")

    def test_4_matchmaker(self):
        done = run("MATCHMAKER", self.service.url, "local", self.ca, self.token, 20)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        summary = done.stdout.splitlines()[-1]
        ready, given_up, failed = map(int, re.findall(r"\d+", summary))
        self.assertEqual(ready + given_up, 20)
        self.assertGreaterEqual(ready, 16)
        self.assertEqual(failed, 0)

    def test_6_own_observer(self):
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            # Bound but not listening: connections are refused until it listens.
            waiting = subprocess.Popen([os.environ["OWN_OBSERVER"], f"127.0.0.1:{port}", "60"], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                self.assertEqual(waiting.stdout.readline(), "refused, waiting\n")
                reserved.listen()
                out, err = waiting.communicate(timeout=60)
            finally:
                waiting.kill()
                waiting.wait()
            self.assertEqual(waiting.returncode, 0, err)
            self.assertEqual(out.splitlines()[-1], f"127.0.0.1:{port} accepts connections")
        given_up = run("OWN_OBSERVER", f"127.0.0.1:{port}", "1")
        self.assertEqual(given_up.returncode, 1)
        self.assertRegex(given_up.stderr, r"deadline.* \(refused, \d+ polls\)")
        self.assertEqual(run("OWN_OBSERVER", "localhost:1", "1").returncode, 1)

    def test_the_readme_quotes_the_compiled_example(self):
        example = (SOURCE / "examples/1_first_wait.cpp").read_text()
        snippet = example.split("// [first-wait]\n")[1]
        self.assertIn("```cpp\n" + snippet + "```", (SOURCE / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()
