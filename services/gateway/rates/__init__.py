"""Rate limits: what one address, one account and one API token may ask for, by points (costs.py) per window.

Counted by this process and, with GATEWAY_MONGO_URL, shared with all others (counting.py). Every call counts for its
address, one with a login also for its account, one with an API token also for that token.

Answers say what is left by the fields of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` and `RateLimit`,
and a 429 bears `Retry-After`.
"""

import hashlib
from functools import lru_cache, partial

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client import Counter as Metric

from services.chassis.config import BadSettings
from services.gateway.config import Config
from services.gateway.failures import TooManyCalls
from services.gateway.rates import costs
from services.gateway.rates.budgets import Budget, Spent, budget_of, site_of
from services.gateway.rates.counting import Counter
from services.gateway.rates.store import SharedCounts
from services.gateway.session import client_address, is_api

_EXTENSION = "gateway.rates"
_PICTURES = 10


class Rates:
    """The budgets of an application and what was spent of them."""

    def __init__(self, config: Config, registry: CollectorRegistry) -> None:
        self._address, self._account, self._token = _budgets(config)
        self._pictures = Budget("pictures", self._address.quota * _PICTURES, self._address.seconds)
        self._store = SharedCounts(config.mongo_url, config.mongo_database) if config.mongo_url else None
        self.counter = Counter(self._store)
        self._refused = Metric("gateway_rate_limited", "Calls refused by a rate limit.", ["limit"], registry=registry)
        away = Gauge(
            "gateway_rates_store_away",
            "1 while each process counts for itself, because MongoDB does not answer.",
            registry=registry,
        )
        away.set_function(lambda: float(self.counter.away))
        key = hashlib.sha256(config.secret_key.encode()).digest()
        # Nobody's address is in the store.
        self._known = lru_cache(10_000)(partial(_digest, key))

    def close(self) -> None:
        """Give the connections back."""
        if self._store is not None:
            self._store.close()

    def hold_address(self) -> None:
        """Before anything is looked at. Raises TooManyCalls."""
        endpoint = request.endpoint or ""
        group = costs.group_of(endpoint, current_app.view_functions.get(endpoint), request.method)
        if group is costs.FREE:
            return
        g.points = 0 if group is costs.PICTURE else group.points
        budget = self._pictures if group is costs.PICTURE else self._address
        self._spend(budget, site_of(client_address()), group.points)

    def hold_login(self) -> None:
        """When it is known who asks. Raises TooManyCalls."""
        login, points = g.get("login"), g.get("points", 0)
        if login is None or not points:
            return
        self._spend(self._account, login.user_id, points)
        if login.scopes is not None:
            self._spend(self._token, login.session_id, points)

    def tell(self, response: Response) -> Response:
        """What is left, for programs: but not in what caches keep."""
        spent: list[Spent] = g.get("spent", [])
        if spent and (is_api() or response.status_code == TooManyCalls.STATUS) and not response.cache_control.public:
            response.headers["RateLimit-Policy"] = ", ".join(
                f'"{each.budget.name}";q={each.budget.quota};w={each.budget.seconds}' for each in spent
            )
            response.headers["RateLimit"] = ", ".join(
                f'"{each.budget.name}";r={each.remaining};t={each.seconds_left}' for each in spent
            )
        return response

    def _spend(self, budget: Budget, who: str, points: int) -> None:
        spent = self.counter.spend(budget, self._known(who), points)
        g.setdefault("spent", []).append(spent)
        if not spent.allowed:
            self._refused.labels(budget.name).inc()
            raise TooManyCalls(budget.name, budget.quota, budget.seconds, spent.seconds_left)


def _digest(key: bytes, who: str) -> str:
    return hashlib.blake2b(who.encode(), key=key, digest_size=12).hexdigest()


def _budgets(config: Config) -> list[Budget]:
    settings = {
        "GATEWAY_RATE_LIMIT": ("address", config.rate_limit),
        "GATEWAY_RATE_LIMIT_ACCOUNT": ("account", config.rate_limit_account or config.rate_limit),
        "GATEWAY_RATE_LIMIT_TOKEN": ("token", config.rate_limit_token or config.rate_limit),
    }
    budgets, problems = [], []
    for variable, (name, rate) in settings.items():
        try:
            budgets.append(budget_of(name, rate))
        except ValueError as error:
            problems.append(f"{variable}: {error}")
    if problems:
        raise BadSettings(problems)
    return budgets


def init_app(app: Flask, config: Config, registry: CollectorRegistry) -> Rates:
    """Hold every call to its address; `hold_login` comes after the sessions."""
    rates = Rates(config, registry)
    app.extensions[_EXTENSION] = rates
    app.before_request(rates.hold_address)
    app.after_request(rates.tell)
    return rates


def rates_of(app: Flask) -> Rates:
    """Of an application."""
    found: Rates = app.extensions[_EXTENSION]
    return found
