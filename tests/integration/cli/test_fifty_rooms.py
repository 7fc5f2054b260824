"""Fifty rooms at once with fifty real game servers."""

import socket
import unittest

from support import GAME_SERVER, Service, TestCase


class FiftyRooms(TestCase):
    def test_each_has_a_game_server_of_its_own_that_answers(self):
        for transport, kind in [("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)]:
            with Service("--exec", f"{GAME_SERVER} {{port}}", "--ports",
                         f"default:{transport}") as service:
                rooms = []
                for _ in range(50):
                    created = service.run("create", "--region", "Tokyo")
                    self.assert_status(created, 0)
                    rooms.append(created.json()["roomId"])
                result = service.run("wait", *rooms)
                self.assert_status(result, 0)
                addresses = {line.split()[1] for line in result.lines()}
                self.assertEqual(len(addresses), 50)
                for address in addresses:
                    host, port = address.rsplit(":", 1)
                    with socket.socket(socket.AF_INET, kind) as player:
                        player.settimeout(10)
                        player.connect((host, int(port)))
                        player.sendall(b"ping")
                        self.assertEqual(player.recv(100), b"ping")


if __name__ == "__main__":
    unittest.main()
