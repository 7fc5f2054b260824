"""A game for players who send datagrams: each is greeted with the number of those before. "end" ends the match."""

import os
import signal
import socket
import sys
import time


def say(text):
    print(text, flush=True)


room = os.environ.get("HATHORA_INITIAL_ROOM_ID", "none")
port = int(os.environ["HATHORA_DEFAULT_PORT"])

# An order to stop: the match is lost, but all is in order.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

say(f"room {room}: loading the map")
time.sleep(2)

# Last of all, because a bound port means "ready": players may come now.
players = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
players.bind(("", port))
say(f"room {room}: ready on port {port}")

count = 0
while True:
    text, player = players.recvfrom(2048)
    say(f"room {room}: {player[0]} says {text.decode(errors='replace')}")
    if text == b"end":
        say(f"room {room}: the match is over")
        sys.exit(0)
    players.sendto(f"welcome to {room}, {count} came before you".encode(), player)
    count += 1
