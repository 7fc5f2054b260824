"""What a page from another origin is allowed, as browsers see it."""

import unittest

from service import APP, ServiceCase

PAGE = {"Origin": "http://localhost:5173"}


class Browsers(ServiceCase):
    def preflight(self, service, path, **fields):
        headers = {**PAGE, "Access-Control-Request-Method": "POST"}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        return service.call("OPTIONS", path, token=False, headers=headers)

    def test_a_preflight_is_granted(self):
        service = self.service("--simulate", "10ms")
        for path, methods in [(f"/lobby/v3/{APP}/create", {"POST"}),
                              (f"/rooms/v2/{APP}/create", {"POST"}),
                              (f"/rooms/v2/{APP}/connectioninfo/x", {"GET", "HEAD"})]:
            answer = self.preflight(service, path,
                                    Access_Control_Request_Headers="authorization,content-type")
            self.assertEqual(answer.status, 204, path)
            fields = answer.headers
            self.assertEqual(fields["access-control-allow-origin"], "*")
            allowed = set(fields["access-control-allow-methods"].split(", "))
            self.assertEqual(allowed, methods | {"OPTIONS"})
            self.assertEqual(fields["access-control-allow-headers"], "authorization,content-type")
            self.assertGreater(int(fields["access-control-max-age"]), 0)
            self.assertNotIn("access-control-allow-private-network", fields)
        answer = self.preflight(service, "/nowhere", Access_Control_Request_Private_Network="true")
        self.assertEqual(answer.status, 404)
        answer = self.preflight(service, f"/rooms/v2/{APP}/create",
                                Access_Control_Request_Private_Network="true")
        self.assertEqual(answer.headers["access-control-allow-private-network"], "true")
        self.assertIn("authorization", answer.headers["access-control-allow-headers"])

    def test_every_answer_can_be_read(self):
        service = self.service("--simulate", "10ms")
        answers = [(200, service.call("GET", "/discovery/v2/ping", token=False, headers=PAGE)),
                   (201, service.create(headers=PAGE)),
                   (401, service.create(token="wrong", headers=PAGE)),
                   (404, service.call("GET", "/nowhere", headers=PAGE)),
                   (404, service.info("missing", headers=PAGE)),
                   (405, service.call("DELETE", f"/rooms/v2/{APP}/create", headers=PAGE)),
                   (413, service.call("POST", f"/rooms/v2/{APP}/create",
                                      headers={**PAGE, "Content-Length": "99999999"})),
                   (422, service.create(region="Atlantis", headers=PAGE))]
        for status, answer in answers:
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.headers.get("access-control-allow-origin"), "*", status)
            exposed = answer.headers["access-control-expose-headers"]
            for name in ("Roomport-Wait", "Roomport-Batch", "Retry-After"):
                self.assertIn(name, exposed)
        with service.raw() as caller:
            caller.sendall(b"GET / nonsense\r\n\r\n")
            self.assertIn(b"\r\nAccess-Control-Allow-Origin: *\r\n", caller.recv(65536))


class Requests(ServiceCase):
    def test_several_authorization_fields_are_refused(self):
        service = self.service("--simulate", "10ms")
        good = f"Authorization: Bearer {service.token}\r\n"
        for fields in (good + good, good + "authorization: Bearer x\r\n"):
            with service.raw() as caller:
                caller.sendall(f"GET /rooms/v2/{APP}/info/x HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
                self.assertIn(b" 400 ", caller.recv(65536).split(b"\r\n")[0])

    def test_a_config_with_a_zero_byte_is_refused(self):
        service = self.service("--simulate", "10ms")
        answer = service.create(config="a\0b")
        self.assertEqual(answer.status, 422)
        self.assertIn("zero byte", answer.json["message"])
        room = service.create(config="a").json["roomId"]
        answer = service.call("POST", f"/rooms/v2/{APP}/update/{room}", {"roomConfig": "\0"})
        self.assertEqual(answer.status, 422)

    def test_a_creation_announces_holds(self):
        answer = self.service("--simulate", "10ms").create()
        self.assertEqual(answer.headers["roomport-wait"], "25")
        self.assertEqual(answer.headers["roomport-batch"], "200")


if __name__ == "__main__":
    unittest.main()
