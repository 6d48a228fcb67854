"""What a browser or a program calls itself, in a few words for people: Firefox on Windows."""

import unicodedata

from ua_parser import parse

_AGENT_SIGNS, _NAME_SIGNS = 400, 60
UNKNOWN = "Unknown device"


def device_name(agent: str) -> str:
    """A name from a User-Agent header, whatever is in it."""
    told = parse(agent[:_AGENT_SIGNS])
    browser = told.user_agent.family if told.user_agent else ""
    system = told.os.family if told.os else ""
    named = " on ".join(part for part in (browser, system) if part)
    plain = "".join(sign for sign in named if unicodedata.category(sign)[0] != "C")
    return plain[:_NAME_SIGNS].strip() or UNKNOWN
