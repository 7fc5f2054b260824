"""What lies in docker/: the compose file, Prometheus' configuration and rules, Grafana's dashboard."""

import json
import re
from pathlib import Path

import yaml

TREE = Path(__file__).resolve().parents[3]
FOLDER = TREE / "docker"
DASHBOARD = FOLDER / "grafana" / "dashboards" / "roomport.json"
PROMETHEUS = FOLDER / "prometheus" / "prometheus.yml"
RULES = FOLDER / "prometheus" / "rules.yml"


def read_yaml(path):
    return yaml.safe_load(Path(path).read_text())


def compose():
    return read_yaml(FOLDER / "compose.yaml")


def dashboard():
    return json.loads(DASHBOARD.read_text())


def alerts():
    """Every alert by its name."""
    return {rule["alert"]: rule for group in read_yaml(RULES)["groups"] for rule in group["rules"] if "alert" in rule}


def without_comparison(expression):
    """What an alert compares with a number."""
    match = re.fullmatch(r"(.*\S)\s+(?:==|!=|<=|>=|<|>)\s+[\d.]+", expression.strip(), re.DOTALL)
    assert match, f"not of the form `expression, comparison, number`: {expression}"
    return match.group(1)


def panels(board):
    """All panels, those in collapsed rows included."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def queries(board, window):
    """(where, query) of everything that Grafana asks Prometheus, its variables filled in as Grafana does."""
    values = {"__rate_interval": window, "__interval": window, "__range": window}
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            values[variable["name"]] = variable["allValue"]
            asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"])
            yield f"variable {variable['name']}", f"count by ({asked.group(2)}) ({asked.group(1)})"
    for panel in panels(board):
        for target in panel.get("targets", []):
            filled = re.sub(r"\$\{?(\w+)\}?", lambda name: values[name.group(1)], target["expr"])
            yield f"panel {panel['title']!r}, {target['refId']}", filled
