"""Holds every answer against the API's contract: a status that the operation doesn't have is a failure."""

import json
import os
import re

from service import ServiceCase, read_text

CONTRACT = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../data/hathora-openapi.json")

# Statuses that the service sends without having them from the contract, and why.
DEVIATIONS = {
    ("ListActivePublicLobbies", 404): "an unknown app is one everywhere",
}


class Contract:
    def __init__(self):
        paths = json.loads(read_text(CONTRACT))["paths"]
        # Where a literal and a placeholder match, the literal wins.
        self.paths = [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", template)), verbs)
                      for template, verbs in sorted(paths.items(),
                                                    key=lambda each: each[0].count("{"))]

    def operation(self, method, path):
        """The operation of a request; nothing where the contract has the path but not the method."""
        for template, verbs in self.paths:
            if template.fullmatch(path.partition("?")[0]):
                return verbs.get(method.lower())
        raise AssertionError(f"the contract has no path {path}")


class ContractCase(ServiceCase):
    @classmethod
    def setUpClass(cls):
        cls.contract = Contract()

    def service(self, *arguments, **options):
        service = super().service(*arguments, **options)
        unchecked = service.call

        def call(method, path, *rest, **more):
            answer = unchecked(method, path, *rest, **more)
            self.check_answer(method, path, answer)
            return answer
        service.call = call
        return service

    def check_answer(self, method, path, answer):
        operation = self.contract.operation(method, path)
        if operation is None:
            self.assertEqual(answer.status, 405, path)
            return
        known = operation["responses"]
        if (operation["operationId"], answer.status) not in DEVIATIONS:
            self.assertIn(str(answer.status), known, operation["operationId"])
        if answer.status >= 400:
            self.assert_error(answer, answer.status)
        else:
            self.assertEqual("content" in known[str(answer.status)], bool(answer.body), path)
