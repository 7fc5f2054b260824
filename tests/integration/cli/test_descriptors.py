"""Every program where hardly a file may be open: it does its work or says which limit it met, and never crashes."""

import os
import resource
import subprocess
import tempfile
import unittest

from support import PROGRAM, Service, clean_environment

POLLER = os.environ["POLLER"]


def run_within(limit, *command, **env):
    """Runs a command that may have so many files open; a service or a daemon that came up is ended."""
    child = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=clean_environment(**env), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    try:
        out, err = child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        child.terminate()
        out, err = child.communicate(timeout=60)
    return child.returncode, out, err


class Descriptors(unittest.TestCase):
    def assert_told(self, limit, status, err):
        """It failed for want of descriptors, in words that help."""
        self.assertIn("ulimit -n", err, f"limit {limit}")
        self.assertIn(status, (1, 6), f"limit {limit}: {err}")

    def test_a_server_that_could_do_nothing_does_not_start(self):
        with tempfile.TemporaryDirectory() as state:
            serve = [PROGRAM, "serve", "--simulate", "10ms", "--state-dir", state, "--listen", "127.0.0.1:0"]
            # Not every build has the daemon.
            for command in [serve, *([[POLLER]] if POLLER else [])]:
                for limit in (8, 9, 12, 16, 31):
                    status, _, err = run_within(limit, *command, HATHORA_APP_ID="local",
                                                HATHORA_ENDPOINT="https://127.0.0.1:9")
                    self.assert_told(limit, status, err)
                    if limit > 8:
                        self.assertIn(f"at most {limit} ", err)

    def test_a_client_command_does_its_work_or_names_the_limit(self):
        service = Service("--simulate", "10ms")
        self.addCleanup(service.stop)
        room = service.run("create", "--region", "Frankfurt", "--wait").out.split()[0]
        outcomes = set()
        for limit in range(5, 20):
            for command in (["get", room], ["wait", room, "--timeout", "2s"], ["processes"]):
                status, out, err = run_within(limit, PROGRAM, *command, XDG_STATE_HOME=service.folder)
                self.assertGreaterEqual(status, 0, f"limit {limit}: {err}")
                if status == 0:
                    self.assertTrue(out)
                elif status != 127 and "error while loading shared libraries" not in err:
                    self.assertIn("ulimit -n", err, f"limit {limit}: {command}: {err}")
                outcomes.add(status == 0)
        self.assertEqual(outcomes, {True, False}, "both were seen")


if __name__ == "__main__":
    unittest.main()
