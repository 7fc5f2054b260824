"""Bad usage, help, version: nothing is sent."""

import json
import unittest

from support import TestCase, run


class Usage(TestCase):
    def test_version(self):
        result = run("--version")
        self.assert_status(result, 0)
        self.assertRegex(result.out, r"^roomport \d+\.\d+\.\d+\n$")

    def test_every_command_has_help_with_an_example(self):
        for command in ["wait", "get", "create", "destroy", "processes", "decode", "serve"]:
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
                if bad == "" and command[0] == "create":
                    continue  # no id: one is chosen
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

    def test_an_app_is_needed(self):
        result = run("get", "room", "--endpoint", "https://localhost:1")
        self.assert_status(result, 2)
        self.assertIn("--app-id", result.err)

    def test_a_missing_ca_file_is_named(self):
        result = run("get", "room", "--endpoint", "https://localhost:1", "--app-id", "app",
                     "--ca-file", "/nonexistent/ca.pem")
        self.assert_status(result, 2)
        self.assertIn("/nonexistent/ca.pem", result.err)

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
