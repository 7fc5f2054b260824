"""The program against servers that are not who they should be, and against answers that break what they promise."""

import json
import unittest

from support import Certificates, ScriptedServer, TestCase, connection_info, http, run, wait_until


class BrokenAnswers(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()

    @classmethod
    def tearDownClass(cls):
        cls.certificates.close()

    def server(self, answer):
        server = ScriptedServer(self.certificates, answer)
        self.addCleanup(server.close)
        return server

    def wait(self, server, *options, room="room"):
        return run("wait", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                   self.certificates.ca, "--json", *options, room)

    def test_not_one_byte_goes_to_a_server_that_is_not_who_it_should_be(self):
        certificates = Certificates(names="DNS:other.example")
        self.addCleanup(certificates.close)
        with ScriptedServer(certificates, lambda *_: None) as server:
            result = run("wait", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                         certificates.ca, "--json", "room")
            self.assert_status(result, 8)
            self.assertEqual(result.json()["error"], "tls")
            self.assertEqual(result.json()["polls"], 1)
            self.assertTrue(wait_until(lambda: server.handshakes_failed > 0))
            self.assertEqual(server.requests, [])

    def test_a_token_that_a_server_knows_is_shown_nowhere(self):
        token = "a-token/that=is&known"
        echo = http(json.dumps({"message": f"token {token} refused"}), "410 Gone")
        created = http(json.dumps({"roomId": "room", "processId": "p", "status": "starting",
                                   "additionalExposedPorts": []}), "201 Created")
        common = ["--app-id", "app", "--ca-file", self.certificates.ca, "--json"]
        for command in [["wait", "room"], ["get", "room"], ["destroy", "room"],
                        ["create", "--region", "Tokyo", "--room-id", "room", "--wait"]]:
            server = self.server(lambda path, _: created if "/create" in path else echo)
            result = run(*command, "--endpoint", server.url, *common, HATHORA_TOKEN=token)
            self.assert_status(result, 4)
            self.assertEqual(result.json()["message"], "token [token] refused")
            self.assertNotIn(token, result.err)

    def test_a_room_that_may_be_somebody_elses_is_left_and_told_with_its_reason(self):
        def answer(path, count):
            if "/create" in path:
                return None if count == 1 else http('{"message":"it exists"}', "422 Unprocessable Entity")
            return http(connection_info("room", "starting", None))
        server = self.server(answer)
        result = run("create", "--region", "Tokyo", "--room-id", "room", "--wait", "--timeout", "2s", "--endpoint",
                     server.url, "--app-id", "app", "--ca-file", self.certificates.ca, HATHORA_TOKEN="a-token")
        self.assert_status(result, 3)
        self.assertIn("may live on: timeout: ", result.err)
        self.assertNotIn("Success", result.err)
        self.assertFalse([each for each in server.requests if "/destroy" in each])

    def test_what_breaks_the_contract_is_never_yielded(self):
        for body in [connection_info("room", port=None), connection_info("room", port=0),
                     connection_info("room", port=72941), connection_info("another"),
                     connection_info("room", host="evil host"),
                     connection_info("room", transport="")]:
            server = self.server(lambda *_, body=body: http(body))
            result = self.wait(server)
            self.assert_status(result, 7)
            self.assertEqual(result.json()["error"], "contract")
            self.assertEqual(result.json()["polls"], 3, "three in a row end the wait")

    def test_three_broken_answers_in_a_row_end_a_wait_but_not_two(self):
        answers = [http("{"), http("{"), http(connection_info("room", "starting", None)), http("["),
                   http("["), http(connection_info("room"))]
        server = self.server(lambda _, count: answers[min(count, len(answers)) - 1])
        result = self.wait(server)
        self.assert_status(result, 0)
        self.assertEqual(result.json()["polls"], 6)

    def test_error_classes(self):
        cases = [
            (http("{}", "400 Bad Request"), "http_status", 4),
            (http('{"message":"no"}', "403 Forbidden"), "http_status", 5),
            (http("{}", "501 Not Implemented"), "http_status", 7),
            (http("{}", "302 Found", Location="https://evil.example/"), "redirect", 7),
            (http("{}", "204 No Content").split(b"\r\n\r\n")[0] + b"\r\n\r\n", "http_status", 7),
            (b"nonsense\r\n\r\n", "protocol", 7),
            (http("nonsense"), "parse", 7),
            (http("{}"), "schema", 7),
        ]
        for answer, error, status in cases:
            server = self.server(lambda *_, answer=answer: answer)
            result = self.wait(server)
            self.assert_status(result, status)
            self.assertEqual(result.json()["error"], error, repr(answer))

    def test_trouble_is_waited_out(self):
        answers = [http("{}", "503 Service Unavailable"), None, http("{}", "429 Too Many Requests"),
                   http("{}", "408 Request Timeout"), http(connection_info("room"))]
        server = self.server(lambda _, count: answers[min(count, len(answers)) - 1])
        result = self.wait(server)
        self.assert_status(result, 0)

    def test_retry_after_is_a_floor_and_the_deadline_ends_the_wait_below_it(self):
        server = self.server(lambda *_: http("{}", "429 Too Many Requests", Retry_After="30"))
        result = self.wait(server, "--timeout", "1500ms")
        self.assert_status(result, 3)
        self.assertEqual(result.json()["httpStatus"], 429)
        self.assertEqual(result.json()["lastError"], "http_status")
        self.assertEqual(len(server.requests), 1)

    def test_the_servers_words_are_cleaned_before_they_are_shown(self):
        server = self.server(
            lambda *_: http(json.dumps({"message": "no\x1b[2J\r\nfaked line"}), "400 Bad Request"))
        result = self.wait(server)
        self.assert_status(result, 4)
        self.assertNotIn("\x1b", result.out + result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)

    def test_an_echoed_token_is_not_shown(self):
        server = self.server(
            lambda *_: http('{"message":"bad token s3cr3t-t0ken"}', "400 Bad Request"))
        result = run("destroy", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "--json", "--verbose", "room",
                     HATHORA_TOKEN="s3cr3t-t0ken")
        self.assert_status(result, 4)
        self.assertNotIn("s3cr3t", result.out + result.err)
        self.assertIn("Authorization: Bearer s3cr3t-t0ken", server.requests[0])

    def test_no_token_is_sent_where_none_is_asked_for(self):
        server = self.server(lambda *_: http(connection_info("room")))
        result = run("wait", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "room", HATHORA_TOKEN="s3cr3t-t0ken")
        self.assert_status(result, 0)
        self.assertNotIn("s3cr3t", "".join(server.requests))

    def test_ipv6_hosts_are_bracketed(self):
        server = self.server(lambda *_: http(connection_info("room", host="::1", port=7777)))
        result = run("wait", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "room")
        self.assert_status(result, 0)
        self.assertEqual(result.out, "[::1]:7777 udp\n")

    def test_a_room_that_may_be_somebody_elses_is_not_destroyed(self):
        paths = []

        def answer(path, _):
            paths.append(path)
            return None  # whether the room was made stays unknown

        server = self.server(answer)
        result = run("create", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "--region", "Tokyo", "--room-id", "lobby", "--wait",
                     "--max-failures", "2", HATHORA_TOKEN="a-token")
        self.assert_status(result, 6)
        self.assertEqual([path for path in paths if "destroy" in path], [])
        self.assertIn("lobby", result.err)

    def test_a_creation_whose_second_answer_is_lost_after_a_refused_token_is_found_again(self):
        token = self.certificates.folder / "token"
        token.write_text("old")
        state = {"posts": 0, "room": None}

        def answer(path, _):
            if "/create" not in path:
                return http(connection_info(state["room"]))
            state["posts"] += 1
            state["room"] = path.split("roomId=")[1]
            if state["posts"] == 1:
                token.write_text("newer")
                return http('{"message":"no"}', "401 Unauthorized")
            if state["posts"] == 2:
                return None  # created, but the answer is lost
            return http('{"message":"the room exists"}', "422 Unprocessable Entity")

        server = self.server(answer)
        result = run("create", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "--region", "Tokyo", "--wait", "--token-file", token)
        self.assert_status(result, 0)
        self.assertEqual(state["posts"], 3)

    def test_a_lost_answer_to_a_creation_is_found_again(self):
        state = {"created": 0}

        def answer(path, _):
            if "/create" in path:
                state["created"] += 1
                state["room"] = path.split("roomId=")[1]
                if state["created"] == 1:
                    return None  # created, but the answer is lost
                return http('{"message":"the room exists"}', "422 Unprocessable Entity")
            return http(connection_info(state["room"]))

        server = self.server(answer)
        result = run("create", "--endpoint", server.url, "--app-id", "app", "--ca-file",
                     self.certificates.ca, "--region", "Tokyo", "--wait", HATHORA_TOKEN="a-token")
        self.assert_status(result, 0)
        self.assertEqual(state["created"], 2)
        self.assertEqual(result.out.split()[0], state["room"])



if __name__ == "__main__":
    unittest.main()
