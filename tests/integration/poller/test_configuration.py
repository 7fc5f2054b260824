"""The command line, the configuration file and what is said about mistakes in them."""

import os
import re
import tempfile
import unittest
from pathlib import Path

from poller import PollerCase, run, unused_port

SAMPLE = Path(os.environ["POLLER_SOURCE"], "poller.toml")


class Configuration(PollerCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roomport-poller-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "poller.toml"

    def check(self, text, **env):
        self.file.write_text(text)
        return run("--config", self.file, "--check", XDG_STATE_HOME=str(self.folder), **env)

    def assert_refused(self, text, *problems):
        done = self.check(text)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), len(problems), done.stderr)
        for line, (number, key, advice) in zip(lines, problems):
            where = f"roomport-poller: {self.file}:{number}: " + (f"{key}: " if key else "")
            self.assertTrue(line.startswith(where), line)
            self.assertIn(advice, line)

    def test_version_and_help(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^roomport-poller \d+\.\d+\.\d+\n$")
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for option in ["--config", "--check", "--version"]:
            self.assertIn(option, done.stdout)

    def test_bad_usage(self):
        for arguments in [["--nonsense"], ["file"], ["--config"], ["--config", self.folder / "none"],
                          ["--config", self.folder]]:
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertTrue(done.stderr)

    def test_no_file_an_empty_one_and_the_sample_mean_the_same(self):
        self.assertEqual(run("--check", XDG_STATE_HOME=str(self.folder)).returncode, 0)
        self.assertEqual(self.check("").returncode, 0)
        self.assertEqual(self.check(SAMPLE.read_text()).returncode, 0)

    def test_the_sample_documents_every_key(self):
        text = SAMPLE.read_text()
        documented = {}
        for line in text.splitlines():
            if match := re.fullmatch(r"\[(\w+)\]", line):
                section = documented.setdefault(match.group(1), set())
            elif match := re.match(r"(?:# )?(\w+) = ", line):
                section.add(match.group(1))
        done = self.check("[none]\n" + "".join(f"[{section}]\nnone = 1\n" for section in documented))
        lines = done.stderr.splitlines()
        known = {"": set(re.search(r"there are: (.*)$", lines[0]).group(1).split(", "))}
        for line in lines[1:]:
            match = re.search(r"\[(\w+)\] knows: (.*)$", line)
            known[match.group(1)] = set(match.group(2).split(", "))
        self.assertEqual(known.pop(""), set(documented))
        self.assertEqual(known, documented)

    def test_what_the_sample_has_commented_out_can_be_used(self):
        text = re.sub(r"^# (\w+ = )", r"\1", SAMPLE.read_text(), flags=re.MULTILINE)
        done = self.check(text)
        self.assertEqual(done.returncode, 2)
        self.assertNotRegex(done.stderr, r"poller\.toml:\d", "only the files that it names are not there")

    def test_unknown_sections_and_keys(self):
        self.assert_refused('[listen]\nadress = "127.0.0.1:1"\n\n[listne]\n\n[rooms]\ntimeout = "1s"\nmax = 1\n',
                            (2, "listen.adress", "[listen] knows: address, "),
                            (4, "listne", "there are: listen, api, rooms, log"),
                            (8, "rooms.max", "[rooms] knows: timeout, "))
        self.assert_refused('address = "127.0.0.1:1"\n', (1, "address", "there is no such section"))

    def test_values_of_another_type(self):
        self.assert_refused('[listen]\naddress = 8180\nmax_connections = "9"\n[api]\nallow_plaintext = 1\n'
                            '[rooms]\ntimeout = 30\nmax_rooms = 1.5\nmax_failures = [1]\n',
                            (2, "listen.address", "is a whole number; give HOST:PORT"),
                            (3, "listen.max_connections", "is a text; give a whole number from 1 to"),
                            (5, "api.allow_plaintext", "is a whole number; give true or false"),
                            (7, "rooms.timeout", 'is a whole number; give a number over 0 with ms, s, m or h'),
                            (8, "rooms.max_rooms", "is a number with a fraction; give a whole number"),
                            (9, "rooms.max_failures", "is a list; give a whole number"))
        self.assert_refused("listen = 1\n", (1, "listen", "is a whole number; give a section"))
        self.assert_refused("[[listen]]\n", (1, "listen", "is a list; give a section"))

    def test_values_that_make_no_sense(self):
        self.assert_refused('[rooms]\ntimeout = "0s"\nmax_rooms = 100001\n[api]\nendpoint = "ftp://x"\n'
                            'app_id = "a b"\nca_file = ""\n[log]\nlevel = "loud"\n',
                            (2, "rooms.timeout", "give a number over 0"),
                            (3, "rooms.max_rooms", "from 1 to 100000"),
                            (5, "api.endpoint", "give a URL"),
                            (6, "api.app_id", "letters"),
                            (7, "api.ca_file", "name of a file"),
                            (9, "log.level", '"warning"'))

    def test_text_that_is_no_toml(self):
        self.assert_refused('[listen]\naddress = \n', (2, "", "is not TOML: "))
        self.assert_refused('[listen]\naddress = "a"\naddress = "b"\n', (3, "", "is not TOML: "))
        self.assert_refused("[listen]\n\n[listen]\n", (3, "", "is not TOML: "))

    def test_files_that_cannot_be_used(self):
        bad = self.folder / "bad"
        bad.write_text("\n")
        for text, key in [(f'[api]\nendpoint="https://localhost:1"\napp_id="a"\nca_file="{bad}"\n', "ca"),
                          (f'[listen]\ntoken_file="{bad}"\n', "listen.token_file"),
                          ('[listen]\ntoken_file="/does/not/exist"\n', "listen.token_file"),
                          (f'[listen]\ntls_certificate="{bad}"\ntls_key="{bad}"\n', "listen.tls_certificate"),
                          (f'[listen]\ntls_certificate="{bad}"\n', "listen.tls_key")]:
            done = self.check(text)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(f"{self.file}: ", done.stderr)
            self.assertIn(key, done.stderr)
            self.assertNotRegex(done.stderr, r"\[[\w.]+:\d+", "the code behind it is of no use to anybody")

    def test_a_missing_ca_file_is_named_once(self):
        done = self.check('[api]\nendpoint="https://localhost:1"\napp_id="a"\nca_file="/does/not/exist"\n')
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr,
                         rf"^roomport-poller: {re.escape(str(self.file))}: the CA file can't be used: /does/not/exist"
                         r"( \([^()]*\))?\n$")

    def test_addresses_that_are_none(self):
        for address in ["8180", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "::1:80", "no.such.host.invalid:1"]:
            done = self.check(f'[listen]\naddress = "{address}"\n')
            self.assertEqual(done.returncode, 2, address)
            self.assertIn("listen.address", done.stderr)

    def test_an_endpoint_needs_an_app(self):
        done = self.check('[api]\nendpoint = "https://api.example.org"\n')
        self.assertEqual(done.returncode, 2)
        self.assertIn("api.app_id", done.stderr)
        self.assertEqual(self.check('[api]\nendpoint = "https://api.example.org"\n',
                                    HATHORA_APP_ID="my-app").returncode, 0)

    def test_beyond_loopback_tls_and_a_token_are_needed(self):
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"]:
            done = self.check(f'[listen]\naddress = "{address}"\n')
            self.assertEqual(done.returncode, 2)
            self.assertIn("tls_certificate", done.stderr)
            self.assertIn("token_file", done.stderr)

    def test_localhost_is_both_loopback_addresses(self):
        poller = self.poller(listen={"address": "localhost:0"},
                             api={"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"})
        self.assertRegex(poller.url, r"^http://127\.0\.0\.1:\d+$")
        for poller.address in ["127.0.0.1", "::1"]:
            self.assertEqual(poller.call("GET", "/healthz").status, 200)

    def test_an_address_in_use(self):
        first = self.poller(api={"endpoint": f"https://127.0.0.1:{unused_port()}", "app_id": "a"})
        self.file.write_text(f'[listen]\naddress = "127.0.0.1:{first.port}"\n')
        done = run("--config", self.file, XDG_STATE_HOME=str(self.folder))
        self.assertEqual(done.returncode, 2)
        self.assertIn("listen.address", done.stderr)
        self.assertEqual(run("--config", self.file, "--check", XDG_STATE_HOME=str(self.folder)).returncode, 0)


if __name__ == "__main__":
    unittest.main()
