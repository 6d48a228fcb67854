"""Sends what a `.http` file says: variables, named answers, one request after the other (VS Code's REST Client)."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3

_REFERENCE = re.compile(r"\{\{\s*([^}]+?)\s*\}\}")
_SEPARATOR = re.compile(r"^###(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Sent:
    """A request of the file, and how it was answered."""

    title: str
    line: str
    status: int
    body: bytes


def send_all(text: str, given: Mapping[str, str]) -> Iterator[Sent]:
    """Send all, in order; `given` wins over the variables of the file."""
    head, *rest = _SEPARATOR.split(text)
    variables = dict(re.findall(r"^@(\w+)\s*=\s*(.*)$", head, re.MULTILINE))
    variables = {name: value.replace("{{$guid}}", uuid.uuid4().hex) for name, value in variables.items()} | dict(given)
    answers: dict[str, Any] = {}

    def meant(reference: re.Match[str]) -> str:
        name, _, path = reference[1].partition(".response.body.$.")
        if not path:
            return variables[name]
        found = answers[name]
        for step in path.split("."):
            found = found[step]
        return str(found)

    for title, block in zip(rest[::2], rest[1::2], strict=True):
        named = re.search(r"^# @name (\w+)$", block, re.MULTILINE)
        request = _REFERENCE.sub(meant, re.sub(r"^# .*\n", "", block, flags=re.MULTILINE).strip())
        top, _, body = request.partition("\n\n")
        line, *headers = top.splitlines()
        method, url = line.split(" ", 1)
        fields = dict(header.split(": ", 1) for header in headers)
        answer = urllib3.request(method, url, headers=fields, body=body or None, retries=False, timeout=60)
        if named:
            answers[named[1]] = orjson.loads(answer.data)
        yield Sent(title.strip(), line, answer.status, answer.data)
