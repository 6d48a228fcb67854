"""Who may do what at the gateway: one table, `permissions.csv`, and what views say of businesses.

A view says its roles with `@allow`, and beside it `@acts("owner")` or `@acts("operator")` when it does something for a
business. The table repeats all of that for people, and tests call every route as everybody to see that it is true. Only
its column `on_behalf` decides by itself: what it does not allow an administrator can't do while acting for a member.

A new route needs a line: `python -m tests.gateway.permission_rows` adds it from what the view declares. Read it, put in
`on_behalf` when an administrator may do it for a member, and mend the view when a cell is not what you want.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from services.gateway.login import Acting

FILE = Path(__file__).with_name("permissions.csv")
WHO = ("visitor", "owner", "operator", "viewer", "coordinator", "admin", "auditor")
"""Visitors have no login; owners, operators and those who look only belong to a business; the rest is staff."""
ON_BEHALF = "on_behalf"
COLUMNS = ("methods", "path", "area", "capability", *WHO, ON_BEHALF)
YES, NO = "yes", "-"

View = TypeVar("View", bound=Callable[..., Any])


def acts(as_: Acting) -> Callable[[View], View]:
    """Declare what a member must be of the business that a view does something for.

    That is the one in the path (`entity_id`), for pages else the one acted for, for the API else any of theirs: the
    services behind judge by the account in the body.
    """

    def declare(view: View) -> View:
        view.acts_as = as_  # type: ignore[attr-defined]
        return view

    return declare


def ends_acting(view: View) -> View:
    """Declare that an administrator who acts for a member gets back by this view."""
    view.ends_acting = True  # type: ignore[attr-defined]
    return view


def before_two_factor(view: View) -> View:
    """Declare that a view may be used by who must still set up a second factor."""
    view.before_two_factor = True  # type: ignore[attr-defined]
    return view


def before_terms(view: View) -> View:
    """Declare that a view may be used by who has yet to agree to new terms."""
    view.before_terms = True  # type: ignore[attr-defined]
    return view


def is_before_terms(view: Any) -> bool:
    """Whether it may; what comes before a second factor does too."""
    return getattr(view, "before_terms", False) or getattr(view, "before_two_factor", False)


@dataclass(frozen=True, slots=True)
class Right:
    """One line: who may use a route, and what for."""

    methods: str
    path: str
    area: str
    capability: str
    allowed: Mapping[str, bool]

    @property
    def route(self) -> tuple[str, str]:
        """What makes it the only one."""
        return self.methods, self.path


@cache
def matrix() -> Mapping[tuple[str, str], Right]:
    """Every line of the table, by methods (`GET, POST`) and path."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rights = [_right(row) for row in csv.DictReader(lines)]
    return {right.route: right for right in rights}


def _right(row: Mapping[str, str]) -> Right:
    allowed = {name: row[name] == YES for name in (*WHO, ON_BEHALF)}
    return Right(row["methods"], row["path"], row["area"], row["capability"], allowed)


def methods_of(methods: set[str] | None) -> str:
    """Methods of a route as the table writes them."""
    return ", ".join(sorted((methods or set()) - {"HEAD", "OPTIONS"}))


def allowed_on_behalf(methods: set[str] | None, path: str) -> bool:
    """Whether an administrator may use the route while acting for a member. What the table does not know: no."""
    right = matrix().get((methods_of(methods), path))
    return right is not None and right.allowed[ON_BEHALF]
