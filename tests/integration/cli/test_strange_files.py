"""Files named to the programs that are none: refused at once, with a sentence, whatever stands behind the name."""

import os
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import PROGRAM, clean_environment

POLLER = os.environ["POLLER"]
AT_ONCE = 30


class StrangeFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        os.mkfifo(self.folder / "pipe")
        (self.folder / "folder").mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.listener.close)
        self.listener.bind(str(self.folder / "socket"))
        with open(self.folder / "huge", "wb") as huge:
            huge.truncate(1 << 40)
        (self.folder / "good").write_text("x\n", encoding="ascii")
        self.strange = [str(self.folder / name) for name in ("pipe", "folder", "socket", "huge", "missing")]
        self.strange += ["/dev/zero", "/dev/tty", "/proc/kmsg"]

    def refuse(self, *command):
        """The command ends by itself, soon, and says which file it can't use."""
        done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=AT_ONCE, check=False, env=clean_environment(HATHORA_TOKEN="x"))
        self.assertEqual(done.returncode, 2, (command, done.stderr))
        return done.stderr

    def test_certificates_of_clients(self):
        common = ["get", "--app-id", "a", "--endpoint", "https://127.0.0.1:9"]
        for file in self.strange:
            self.assertIn(file, self.refuse(PROGRAM, *common, "--ca-file", file, "room"))
            for option, other in (("--cert", "--key"), ("--key", "--cert")):
                self.assertIn(file, self.refuse(PROGRAM, *common, option, file, other, self.folder / "good", "room"))

    def test_files_of_the_service(self):
        state = self.folder / "state"
        common = ["serve", "--simulate", "10ms", "--state-dir", state, "--listen", "127.0.0.1:0"]
        for file in self.strange:
            self.assertIn(file, self.refuse(PROGRAM, *common, "--tls-cert", file, "--tls-key", file))
            if not file.endswith("missing"):
                self.assertIn(file, self.refuse(PROGRAM, *common, "--token-file", file))

    @unittest.skipUnless(POLLER, "this build has no daemon")
    def test_files_of_the_daemon(self):
        for file in self.strange:
            self.assertIn(file, self.refuse(POLLER, "--config", file))
        for key in ("listen.tls_certificate", "api.ca_file", "api.client_certificate"):
            other = {"listen.tls_certificate": "listen.tls_key", "api.client_certificate": "api.client_key"}.get(key)
            for file in self.strange:
                config = self.folder / "poller.toml"
                text = f'api.app_id = "a"\napi.endpoint = "https://127.0.0.1:9"\nlisten.address = "127.0.0.1:0"\n' \
                       f'{key} = "{file}"\n'
                config.write_text(text + (f'{other} = "{file}"\n' if other else ""), encoding="ascii")
                self.assertIn(file, self.refuse(POLLER, "--config", config))


if __name__ == "__main__":
    unittest.main()
