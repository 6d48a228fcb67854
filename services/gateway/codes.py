"""The code on a statement, as people type it and as it is printed. Pure.

Crockford's base32, 20 characters: without I, L, O and U, which are read as 1, 1, 0 and not at all.
"""

import re

LENGTH = 20
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")


def normal(text: str) -> str:
    """The code in what somebody typed: any case, with dashes and blanks; empty when that is no code."""
    code = re.sub(r"[\s\u2010-\u2015-]", "", text).upper().translate(_MISREAD)
    return code if _CODE.fullmatch(code) else ""


def grouped(code: str) -> str:
    """`XXXX-XXXX-XXXX-XXXX-XXXX`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
