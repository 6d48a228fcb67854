"""The demo's plan: the same every time, within the ledger's rules, with everything in it that people should see."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.businesses import read_businesses, read_goods
from deploy.demo.plan import plan, start_before, waves
from deploy.demo.steps import Apply, Decide, End, Propose, SetLimits, SignUp, Step, key_of, touched_by
from deploy.demo.trading import matches
from services.directory.domain import password_problems
from services.directory.words import normal_tags
from services.gateway.schemas import SignUp as SignUpSchema
from services.gateway.schemas_people import TradingApplication

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
MOMENTS = [
    NOW,
    datetime(2026, 11, 30, 3, 40, 30, 864_614, tzinfo=UTC),  # a proposal of that night was put off until it was day
    datetime(2027, 3, 1, 0, 1, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
]
BUSINESSES = read_businesses()
STATUSES = {"pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"}


@pytest.fixture(params=MOMENTS, ids=str)
def now(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def steps(now: datetime) -> list[Step]:
    return plan(now)


def test_sixty_different_businesses_in_all_statuses():
    assert len(BUSINESSES) == 60
    assert len({business.slug for business in BUSINESSES}) == len({business.name for business in BUSINESSES}) == 60
    statuses = Counter(business.status for business in BUSINESSES)
    assert set(statuses) == STATUSES
    assert statuses["tradingAccepted"] == 40


@pytest.mark.parametrize("business", BUSINESSES, ids=lambda business: business.slug)
def test_a_business_is_complete_and_believable(business):
    profile = business.profile
    assert normal_tags(business.offers) == tuple(business.offers)
    assert normal_tags(business.wants) == tuple(business.wants)
    assert normal_tags(business.categories) == tuple(business.categories)
    assert not set(business.offers) & set(business.wants)
    assert profile["incType"] in {"plc", "ltd", "guar", "unltd", "llp", "cic", "ips", "sole"}
    assert profile["country"] in {"England", "Scotland", "Wales", "Northern Ireland"}
    assert 49.8 < float(profile["latitude"]) < 60.9
    assert -8.2 < float(profile["longitude"]) < 1.8
    assert all(profile[name] for name in ("description", "address", "city", "region", "postalCode", "telephone"))
    fields = {name: value for name, value in profile.items() if name not in ("latitude", "longitude", "telephone")}
    sent = fields | {"userEmail": business.email, "password": "x", "entityName": business.name}
    assert SignUpSchema().validate(sent) == {}


def test_the_printed_password_keeps_the_rules():
    from deploy.demo.loader import PASSWORD

    assert password_problems(PASSWORD) == []


def test_many_members_want_what_others_offer():
    found = matches(BUSINESSES, read_goods())
    trading = {business.slug for business in BUSINESSES if business.status == "tradingAccepted"}
    assert len(found) > 250
    assert {match.buyer for match in found} == {match.seller for match in found} == trading
    assert sum(match.tag not in next(b for b in BUSINESSES if b.slug == match.buyer).wants for match in found) > 10


def test_the_plan_is_the_same_every_time(now: datetime, steps: list[Step]):
    assert plan(now) == steps


def test_steps_are_in_order_within_half_a_year(now: datetime, steps: list[Step]):
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert start_before(now) <= steps[0].at
    assert steps[-1].at < now
    assert now - steps[0].at > timedelta(days=180)


def test_every_step_has_a_key_of_its_own(steps: list[Step]):
    keys = {key_of(step) for step in steps}
    assert len(keys) == len(steps)
    assert all(key.isascii() and len(key) <= 200 for key in keys)


def test_each_business_gets_its_status_on_a_path_that_exists(steps: list[Step]):
    path = defaultdict(list)
    for step in steps:
        if isinstance(step, SignUp | Apply | Decide):
            path[step.slug].append(step.status if isinstance(step, Decide) else type(step).__name__)
    for business in BUSINESSES:
        assert path[business.slug][0] == "SignUp"
        assert "Apply" not in path[business.slug] or path[business.slug][1:3] == ["accepted", "Apply"]
        last = path[business.slug][-1]
        assert {"SignUp": "pending", "Apply": "tradingPending"}.get(last, last) == business.status


def test_applications_are_complete():
    """The stricter fields of behaviour 3.1 are known before, so an application without a word suffices."""
    person = {"first_name", "last_name", "user_phone"}
    fields = TradingApplication().fields
    needed = {
        fields[name].data_key for name in set(fields) - person - {"name", "company_number", "website", "terms_version"}
    }
    for business in BUSINESSES:
        assert {name for name in needed if not business.profile.get(name)} == set(), business.slug
        assert business.first_name
        assert business.last_name


def test_balances_keep_to_the_limits_but_where_a_breach_is_planned(steps: list[Step]):
    balance, limits = Counter(), {}
    fits = {}
    for step in steps:
        if isinstance(step, SetLimits):
            limits[step.slug] = (step.max_negative, step.max_positive)
        elif isinstance(step, Propose | End):
            proposal = step.proposal if isinstance(step, End) else step
            assert proposal.payer in limits
            assert proposal.payee in limits
            after = balance[proposal.payer] - proposal.amount, balance[proposal.payee] + proposal.amount
            fits[key_of(step)] = after[0] >= -limits[proposal.payer][0] and after[1] <= limits[proposal.payee][1]
            if isinstance(step, Propose):
                assert fits[key_of(step)], f"proposal {step.number} would be refused"
            elif step.action == "accept":
                assert fits[key_of(step)] == (step.outcome == "completed")
                if step.outcome == "completed":
                    balance[proposal.payer], balance[proposal.payee] = after
    assert sum(balance.values()) == 0
    assert len({abs(amount) for amount in balance.values()}) > 30


def test_nobody_gets_limits_that_the_balance_breaks(steps: list[Step]):
    """Limits only ever grow."""
    known = {}
    for step in steps:
        if isinstance(step, SetLimits):
            before = known.get(step.slug, (0, 0))
            known[step.slug] = (step.max_negative, step.max_positive)
            assert before[0] <= step.max_negative
            assert before[1] <= step.max_positive
    assert len(set(known.values())) > 8


def test_all_states_occur(steps: list[Step]):
    proposals = [step for step in steps if isinstance(step, Propose)]
    ended = [step for step in steps if isinstance(step, End)]
    outcomes = Counter(step.outcome for step in ended)
    assert 290 <= len(proposals) <= 310
    assert outcomes["completed"] > 200
    assert all(outcomes[kind] >= 8 for kind in ("declined", "withdrawn", "cancelled by the system"))
    assert len(proposals) - len(ended) >= 5, "some are pending"
    assert {step.direction for step in proposals} == {"in", "out"}
    assert all(0 < step.amount < 100_000 for step in proposals)


def test_ends_are_by_the_right_side_after_the_proposal(steps: list[Step]):
    for step in steps:
        if isinstance(step, End):
            side = step.proposal.initiator if step.action == "cancel" else step.proposal.counterparty
            assert step.by == side
            assert step.at > step.proposal.at


def test_what_happens_at_once_concerns_different_businesses(steps: list[Step]):
    waved = list(waves(steps))
    assert [step for wave in waved for step in wave] == steps
    for wave in waved:
        touched = [slug for step in wave for slug in touched_by(step)]
        assert len(touched) == len(set(touched))
    assert len(waved) < len(steps) / 2
