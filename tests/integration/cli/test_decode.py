"""`roomport decode` on the contract's own examples and on broken documents."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import termios
import unittest
from pathlib import Path

from support import PROGRAM, TestCase, run, wait_until

CONTRACT = json.loads(
    (Path(os.environ["ROOMPORT_TEST_DATA"]) / "hathora-openapi.json").read_text())
MODELS = ["ConnectionInfoV2", "RoomConnectionData", "ProcessWithRooms"]


def unread(pipe):
    """Bytes in a pipe that its reader has not taken yet."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


class Decode(TestCase):
    def test_the_contracts_own_examples_whole_and_in_pieces(self):
        for model in MODELS:
            example = CONTRACT["components"]["schemas"][model]["example"]
            text = json.dumps(example)
            whole = run("decode", model, stdin=text)
            self.assert_status(whole, 0)
            self.assertEqual(whole.json(), example)
            for chunk in [1, 2, 7, 4096]:
                piecewise = run("decode", model, "--chunk", chunk, stdin=text)
                self.assertEqual(piecewise.out, whole.out)

    def test_the_documented_port_beyond_16_bits_is_read_without_loss(self):
        text = ('{"roomId":"r","status":"active","additionalExposedPorts":[],"exposedPort":'
                '{"name":"default","host":"h","port":72941,"transportType":"udp"}}')
        result = run("decode", "ConnectionInfoV2", stdin=text)
        self.assert_status(result, 0)
        self.assertEqual(result.json()["exposedPort"]["port"], 72941)

    def test_broken_documents_name_offset_path_and_reason(self):
        good = '{"roomId":"r","status":"starting","additionalExposedPorts":[]}'
        port = '{"name":"n","host":"h","port":%s,"transportType":"udp"}'
        cases = [
            ("", "parse", ""),
            (good[:-1], "parse", ""),
            (good + "x", "parse", ""),
            (good + good, "parse", ""),
            ("\ufeff" + good, "parse", ""),
            ("[" * 40 + "]" * 40, "schema", ""),
            ('{"x":' + "[" * 40 + "]" * 40 + "}", "parse", None),
            ('{"roomId":"r","status":"starting"}', "schema", "/additionalExposedPorts"),
            ('{"roomId":1,"status":"starting","additionalExposedPorts":[]}', "schema", "/roomId"),
            ('{"roomId":"r","roomId":"r","status":"starting","additionalExposedPorts":[]}', "schema",
             "/roomId"),
            ('{"roomId":"r","status":"starting","additionalExposedPorts":[' + port % '"x"' + "]}",
             "schema", "/additionalExposedPorts/0/port"),
            ('{"roomId":"r","status":"starting","additionalExposedPorts":[' + port % "1.5" + "]}",
             "schema", "/additionalExposedPorts/0/port"),
            ('{"roomId":"r","status":"starting","additionalExposedPorts":[' + port % "1e400" + "]}",
             "schema", "/additionalExposedPorts/0/port"),
        ]
        for text, error, path in cases:
            whole = run("decode", "ConnectionInfoV2", "--json", stdin=text)
            self.assert_status(whole, 7)
            failure = whole.json()
            self.assertEqual(failure["error"], error, text)
            self.assertEqual(list(failure), ["error", "message", "httpStatus", "lastStatus", "lastError", "polls",
                                             "elapsedMs", "offset", "path"])
            self.assertIsInstance(failure["offset"], int)
            self.assertTrue(failure["message"])
            if path is not None:
                self.assertEqual(failure["path"], path, text)
            bytewise = run("decode", "ConnectionInfoV2", "--json", "--chunk", 1, stdin=text)
            self.assertEqual(bytewise.out, whole.out)

    def test_signals_end_it_with_a_failure(self):
        for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]:
            with subprocess.Popen([PROGRAM, "decode", "ConnectionInfoV2", "--json"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                process.stdin.write("{")
                process.stdin.flush()
                # Once it waits for more, it has taken what was written.
                pipe = process.stdin.fileno()
                self.assertTrue(wait_until(lambda: unread(pipe) == 0))
                process.send_signal(number)
                out, _ = process.communicate(timeout=20)
            self.assertEqual(process.returncode, status)
            self.assertEqual(json.loads(out)["error"], "cancelled")

    def test_without_json_the_failure_is_told_on_standard_error_only(self):
        result = run("decode", "ConnectionInfoV2", stdin="{")
        self.assert_status(result, 7)
        self.assertEqual(result.out, "")
        self.assertIn("parse", result.err)


if __name__ == "__main__":
    unittest.main()
