"""What a transfer does to one account."""

import pytest

from services.gateway.legs import fee_of, is_shared, moved, parties_of
from tests.gateway.network import (
    BAKERY_ACCOUNT,
    FARM_ACCOUNT,
    OFFICE_ACCOUNT,
    a_transfer,
    an_admin_transfer,
    some_legs,
)

PLAIN = a_transfer()
WITH_FEES = a_transfer(
    amount=4000, legs=some_legs((FARM_ACCOUNT, -4030), (BAKERY_ACCOUNT, 3960), (OFFICE_ACCOUNT, 70))
)  # fmt: skip
SHARED = an_admin_transfer()


@pytest.mark.parametrize(
    ("transfer", "account", "sum_moved", "fee"),
    [
        (PLAIN, FARM_ACCOUNT, -2500, 0),
        (PLAIN, BAKERY_ACCOUNT, 2500, 0),
        (PLAIN, OFFICE_ACCOUNT, 0, 0),
        (WITH_FEES, FARM_ACCOUNT, -4030, 30),
        (WITH_FEES, BAKERY_ACCOUNT, 3960, 40),
        (WITH_FEES, OFFICE_ACCOUNT, 70, 0),
        (SHARED, FARM_ACCOUNT, -2000, 0),
        (SHARED, OFFICE_ACCOUNT, -1000, 0),
        (SHARED, BAKERY_ACCOUNT, 3000, 0),
    ],
)
def test_each_account_has_its_leg_and_its_fee(transfer, account, sum_moved, fee):
    assert (moved(transfer, account), fee_of(transfer, account)) == (sum_moved, fee)


def test_who_takes_a_fee_is_no_party_and_who_has_an_administrators_leg_is():
    assert parties_of(WITH_FEES) == [FARM_ACCOUNT, BAKERY_ACCOUNT]
    assert parties_of(SHARED) == [FARM_ACCOUNT, BAKERY_ACCOUNT, OFFICE_ACCOUNT]
    assert (is_shared(WITH_FEES), is_shared(SHARED)) == (False, True)


def test_transfer_without_legs_is_read_by_its_amount():
    """As an older ledger answers, while a newer gateway runs already."""
    old = {name: value for name, value in PLAIN.items() if name != "legs"}
    assert (moved(old, FARM_ACCOUNT), moved(old, BAKERY_ACCOUNT), fee_of(old, FARM_ACCOUNT)) == (-2500, 2500, 0)
