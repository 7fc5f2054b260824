"""Bad usage, help, version: nothing is sent."""

import itertools
import json
import re
import tempfile
import unittest
from pathlib import Path

from support import TestCase, run


class Usage(TestCase):
    def test_version(self):
        result = run("--version")
        self.assert_status(result, 0)
        self.assertRegex(result.out, r"^roomport \d+\.\d+\.\d+\n$")

    def test_every_command_has_help_with_an_example(self):
        commands = re.findall(r"^  (\w+)  ", run("--help").out.split("Subcommands:")[1], re.MULTILINE)
        self.assertGreaterEqual(len(commands), 7, commands)
        for command in commands:
            result = run(command, "--help")
            self.assert_status(result, 0)
            self.assertIn(f"roomport {command}", result.out)
            self.assertIn("Example", result.out)

    def test_bad_usage_is_told_on_standard_error(self):
        for arguments in [[], ["nonsense"], ["wait"], ["get"], ["wait", "--nonsense", "r"],
                          ["create"], ["wait", "--max-connections", "0", "r"],
                          ["wait", "--max-failures", "-1", "r"],
                          ["create", "--region", "Tokyo", "--keep"],
                          ["decode", "Nonsense"], ["decode", "ConnectionInfoV2", "--chunk", "0"]]:
            result = run(*arguments)
            self.assert_status(result, 2)
            self.assertEqual(result.out, "")
            self.assertTrue(result.err.startswith("roomport: invalid_argument: "), result.err)

    def test_lengths_of_time(self):
        for bad in ["0", "0s", "5", "s", "-1s", "1 s", "1d", "1e3s", "inf", "infs", "nans", "", "1sm"]:
            result = run("wait", "--timeout", bad, "room")
            self.assert_status(result, 2)

    def test_ids_are_checked_before_anything_is_sent(self):
        for bad in ["", "a b", "a/b", "../x", "a%2fb", "x" * 101, "a\r\nHost: evil", "é"]:
            for command in [["wait"], ["get"], ["destroy"], ["create", "--region", "Tokyo", "--room-id"]]:
                result = run(*command, bad, "--json", "--endpoint", "https://localhost:1",
                             "--app-id", "app")
                self.assert_status(result, 2)
                failure = json.loads(result.out.splitlines()[0])
                self.assertEqual(failure["error"], "invalid_argument")

    def test_one_bad_id_among_several_stops_them_all(self):
        result = run("wait", "good", "bad id", "--endpoint", "https://localhost:1", "--app-id", "a")
        self.assert_status(result, 2)
        self.assertNotIn("good", result.err)

    def test_endpoints(self):
        for bad in ["localhost", "ftp://localhost", "https://", "https://host:0", "https://host:99999",
                    "https://user:secret@host", "https://host/path", "https://host?query"]:
            result = run("get", "room", "--endpoint", bad, "--app-id", "app")
            self.assert_status(result, 2)
        result = run("get", "room", "--app-id", "app", HATHORA_ENDPOINT="nonsense")
        self.assert_status(result, 2)

    def test_plain_http_is_refused_beyond_loopback(self):
        result = run("get", "room", "--endpoint", "http://game.example", "--app-id", "app", "--json")
        self.assert_status(result, 2)
        self.assertEqual(result.json()["error"], "invalid_argument")

    def test_control_characters_of_an_argument_do_not_reach_the_terminal(self):
        for arguments in [["get", "r", "--app-id", "a", "--endpoint", "https://h\x1b[31m\nfaked"],
                          ["get", "r", "--app-id", "a", "--endpoint", "https://h", "--ca-file", "/x\x1b"],
                          ["serve", "--exec", "\x1b[31m"], ["serve", "--simulate", "\x9b\x1b"]]:
            result = run(*arguments)
            self.assert_status(result, 2)
            self.assertNotIn("\x1b", result.err)
            self.assertNotIn("\x9b", result.err)
            self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_a_password_in_an_endpoint_is_not_shown(self):
        result = run("get", "r", "--app-id", "a", "--endpoint", "https://user:pw1234@h")
        self.assert_status(result, 2)
        self.assertNotIn("pw1234", result.err)

    def test_an_empty_option_is_not_one_that_is_missing(self):
        for option in ["--app-id", "--endpoint", "--ca-file"]:
            result = run("get", "room", "--endpoint", "https://localhost:1", "--app-id", "a", option, "")
            self.assert_status(result, 2)

    def test_long_times_are_no_error(self):
        from support import unused_port
        result = run("get", "room", "--endpoint", f"https://localhost:{unused_port()}", "--app-id", "a",
                     "--timeout", "99999999999h", "--request-timeout", "10000h")
        self.assert_status(result, 6)

    def test_serve_tells_that_it_can_not_start(self):
        for options in [[], ["--exec", "x", "--simulate", "1s"], ["--exec", "/nonexistent/program"],
                        ["--simulate", "nonsense"], ["--simulate", "1s", "--state-dir", "/dev/null/x"],
                        ["--simulate", "1s", "--token-file", "/nonexistent/token"],
                        ["--simulate", "1s", "--listen", "nonsense"]]:
            result = run("serve", "--json", *options)
            self.assert_status(result, 2)
            self.assertEqual(result.json()["error"], "invalid_argument", options)

    def test_a_closed_output_is_an_internal_failure(self):
        import subprocess
        from support import PROGRAM, clean_environment
        for command in ["--version >&-", "wait --help >/dev/full",
                        "serve --simulate 1s --listen 127.0.0.1:0 --state-dir \"$0\" >&-"]:
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(["sh", "-c", f"exec {PROGRAM} {command}", folder], timeout=30,
                                      stderr=subprocess.PIPE, env=clean_environment(), check=False)
            self.assertEqual(done.returncode, 1, command)

    def test_an_app_is_needed(self):
        result = run("get", "room", "--endpoint", "https://localhost:1")
        self.assert_status(result, 2)
        self.assertIn("--app-id", result.err)

    def test_a_missing_ca_file_is_named(self):
        result = run("get", "room", "--endpoint", "https://localhost:1", "--app-id", "app",
                     "--ca-file", "/nonexistent/ca.pem")
        self.assert_status(result, 2)
        self.assertIn("/nonexistent/ca.pem", result.err)
        self.assertEqual(result.err.count("invalid_argument"), 1)
        self.assertNotIn("[roomport:", result.err)

    def test_a_failed_room_is_named_even_when_its_id_is_empty(self):
        for command in ["wait", "get", "destroy"]:
            result = run(command, "--app-id", "app", "--json", "")
            self.assert_status(result, 2)
            self.assertEqual(result.json()["roomId"], "")
            self.assertIn("room ''", result.err)

    def test_a_command_that_is_none_is_named(self):
        for word in ["wiat", "--tiemout"]:
            result = run(word, "room")
            self.assert_status(result, 2)
            self.assertEqual(result.err, f"roomport: invalid_argument: '{word}' is no command and no option of "
                                         "roomport; see --help\n")
        self.assertIn("A subcommand is required", run().err)

    def test_what_is_wrong_with_an_option_is_said_once(self):
        for option, value, why in [
                ("--endpoint", "ftp://h", "--endpoint: 'ftp://h' is not a URL like https://HOST[:PORT], without user and path"),
                ("--app-id", "a b", "--app-id: an app id is 1 to 100 letters, digits, '_' or '-'")]:
            options = {"--endpoint": "https://localhost:1", "--app-id": "app", option: value}
            result = run("get", "room", "--json", *itertools.chain(*options.items()))
            self.assert_status(result, 2)
            self.assertEqual(result.json()["message"], why)
            self.assertEqual(result.err, f"roomport: invalid_argument: {why}\n")

    def test_a_token_that_can_not_be_used_is_told_by_its_place(self):
        with tempfile.TemporaryDirectory() as folder:
            spaced = Path(folder, "spaced")
            spaced.write_text("hidden value\n")
            places = [(["--token-file", file], {}, f"the file '{file}'")
                      for file in ["/nonexistent", "/dev/null", folder, spaced]]
            places.append(([], {"HATHORA_TOKEN": "hidden value"}, "HATHORA_TOKEN"))
            for options, environment, place in places:
                result = run("processes", "--endpoint", "https://localhost:1", "--app-id", "app", *options, **environment)
                self.assert_status(result, 2)
                self.assertIn(f"(the token in {place} could not be read, is empty, or has characters that no token has)",
                              result.err)
                self.assertNotIn("hidden", result.err)

    def test_usage_errors_are_json_too_when_asked(self):
        result = run("wait", "--json", "--nonsense", "r")
        self.assert_status(result, 2)
        self.assertEqual(result.json()["error"], "invalid_argument")

    def test_a_full_output_is_an_internal_failure(self):
        import subprocess
        from support import PROGRAM, clean_environment
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "decode", "ConnectionInfoV2"], stdout=full,
                                  stderr=subprocess.PIPE, timeout=30, env=clean_environment(),
                                  input=b'{"roomId":"r","status":"starting","additionalExposedPorts":[]}')
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
