"""An orchestrator for tests: HTTP on loopback, servers that start late, answers that get lost. Its own log of what was
created and stopped is the judge: what it says is an orphan is one, whatever the service believes."""

import http.server
import json
import random
import sys
import threading
import time
import urllib.parse

TOKEN = "fake-allocator-token-7f3a"


class Server:
    def __init__(self, number, reference, owner, room, start):
        self.key = f"srv-{number}"
        self.reference = reference
        self.owner = owner
        self.room = room
        self.port = 20000 + number
        self.created = time.time()
        self.up = self.created + start
        self.ended = None

    def state(self):
        if self.ended is not None:
            return "ended"
        return "up" if time.time() >= self.up else "pending"

    def document(self):
        up = self.state() == "up"
        return {"id": self.key, "ref": self.reference, "owner": self.owner, "room": self.room,
                "status": self.state(), "created": int(self.created * 1000),
                "host": "203.0.113.7" if up else None, "ports": {"game": self.port if up else 0}}


class FakeAllocator:
    """losses: the share of creates whose answer is lost; half of those take a server all the same. capacity: servers
    that may live at once. refusal: (status, body) for every create."""

    def __init__(self, seed=1, start=(0.0, 0.3), losses=0.0, capacity=None, refusal=None, delay=0.0, rate=None):
        self.random = random.Random(seed)
        self.start = start
        self.losses = losses
        self.capacity = capacity
        self.refusal = refusal
        self.delay = delay
        self.rate = rate
        self.lock = threading.Lock()
        self.servers = {}
        self.log = []
        self.creates = []
        self.wrong_tokens = 0
        self.over_rate = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.serve(self)

            do_POST = do_DELETE = do_GET

        class Front(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                # Callers that are killed leave their connections as they are.
                if not isinstance(sys.exc_info()[1], OSError):
                    raise

        self.http = Front(("127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def serve(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        url = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        parts = [urllib.parse.unquote(each) for each in url.path.split("/")[1:]]
        if handler.headers.get("Authorization") != "Bearer " + TOKEN:
            self.wrong_tokens += 1
            return self.answer(handler, 401, {"message": "who are you? not " +
                                              str(handler.headers.get("Authorization"))})
        if parts[:1] != ["sessions"]:
            return self.answer(handler, 404, {"message": "no such path"})
        if handler.command == "POST":
            return self.create(handler, json.loads(body))
        with self.lock:
            if handler.command == "DELETE":
                return self.stop(handler, parts[1])
            if len(parts) == 2:
                server = self.servers.get(parts[1])
                return self.answer(handler, 200 if server else 404,
                                   server.document() if server else {"message": "no such session"})
            return self.list(handler, query)

    def create(self, handler, wanted):
        if self.delay:
            time.sleep(self.delay)
        with self.lock:
            now = time.monotonic()
            self.creates.append(now)
            if self.rate and len([each for each in self.creates if each > now - 1]) > self.rate:
                self.over_rate += 1
            if self.refusal:
                return self.answer(handler, *self.refusal)
            if self.capacity is not None and len(self.living()) >= self.capacity:
                return self.answer(handler, 429, {"code": "full", "message": "nothing is free"})
            is_lost = self.random.random() < self.losses
            if is_lost and self.random.random() < 0.5:
                return self.lose(handler)
            server = Server(len(self.servers), wanted["ref"], wanted["owner"], wanted["room"],
                            self.random.uniform(*self.start))
            self.servers[server.key] = server
            self.log.append((time.time(), "created", server.key, server.room))
            if is_lost:
                return self.lose(handler)
            return self.answer(handler, 201, {"id": server.key})

    def add(self, room, owner):
        """A server that nobody has asked for."""
        with self.lock:
            server = Server(len(self.servers), "rp-" + room, owner, room, 0)
            self.servers[server.key] = server
            self.log.append((time.time(), "created", server.key, room))

    def list(self, handler, query):
        found = [server for server in self.servers.values() if server.ended is None and
                 ("ref" not in query or server.reference == query["ref"]) and
                 ("owner" not in query or server.owner == query["owner"])]
        first = int(query.get("after") or 0)
        page = found[first:first + 20]
        following = str(first + 20) if len(found) > first + 20 else None
        self.answer(handler, 200, {"sessions": [each.document() for each in page], "next": following})

    def stop(self, handler, key):
        server = self.servers.get(key)
        if server is None or server.ended is not None:
            return self.answer(handler, 404, {"message": "no such session"})
        self.end(key)
        return self.answer(handler, 200, {})

    def end(self, key):
        """The server ends; as a game server does at the end of its match."""
        self.servers[key].ended = time.time()
        self.log.append((time.time(), "ended", key, self.servers[key].room))

    def answer(self, handler, status, document):
        body = json.dumps(document).encode()
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            pass

    def lose(self, handler):
        handler.close_connection = True
        try:
            handler.connection.shutdown(2)
        except OSError:
            pass

    def living(self):
        return [server for server in self.servers.values() if server.ended is None]

    def living_of(self, room):
        with self.lock:
            return [server.key for server in self.living() if server.room == room]

    def configuration(self, folder, more="", reaper=""):
        """Writes the file that describes this orchestrator; returns its path."""
        with open(f"{folder}/alloc.token", "w") as file:
            file.write(TOKEN + "\n")
        path = f"{folder}/provider.toml"
        base = f"http://127.0.0.1:{self.port}"
        with open(path, "w") as file:
            file.write(f"""
[provider]
type = "http"
owner = "test"
unknown_delay = "300ms"
{more}
[provider.regions]
Frankfurt = "eu"
[provider.ports]
default = {{ name = "game", transport = "udp" }}
[provider.limits]
create = 200
observe = 500
list = 200
stop = 200
[provider.reaper]
every = "500ms"
grace = "2s"
dry_run = false
{reaper}
[provider.http]
repeat = "find"
[provider.http.create]
request = "POST {base}/sessions"
headers = {{ Authorization = "Bearer {{file:alloc.token}}" }}
json = {{ ref = "{{intent}}", owner = "{{owner}}", room = "{{room_id}}", config = "{{config}}", region = "{{region}}" }}
accepted = [201]
key = "/id"
[[provider.http.create.refused]]
status = 429
where = {{ "/code" = "full" }}
class = "no_capacity"
[[provider.http.create.refused]]
status = 402
class = "quota"
[provider.http.observe]
request = "GET {base}/sessions/{{key}}"
headers = {{ Authorization = "Bearer {{file:alloc.token}}" }}
state = "/status"
starting = ["pending"]
allocated = ["up"]
gone = ["ended"]
host = "/host"
ports = {{ shape = "map", at = "/ports" }}
[provider.http.find]
request = "GET {base}/sessions?ref={{intent}}"
headers = {{ Authorization = "Bearer {{file:alloc.token}}" }}
items = "/sessions"
key = "/id"
state = "/status"
[provider.http.list]
request = "GET {base}/sessions?owner={{owner}}"
headers = {{ Authorization = "Bearer {{file:alloc.token}}" }}
items = "/sessions"
key = "/id"
tag = "/ref"
created = "/created"
pages = {{ kind = "token", next = "/next", parameter = "after" }}
[provider.http.stop]
request = "DELETE {base}/sessions/{{key}}"
headers = {{ Authorization = "Bearer {{file:alloc.token}}" }}
""")
        return path
