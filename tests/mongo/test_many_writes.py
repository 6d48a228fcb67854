"""A primary that is lost in the middle of a write to many is told as that, whatever the driver calls it."""

import pytest
from pymongo.errors import BulkWriteError, DuplicateKeyError, NotPrimaryError, PyMongoError, WriteError

from services.mongo.many_writes import in_many_writes
from services.mongo.outbox import AWAY


def a_bulk_of(*codes: int) -> BulkWriteError:
    return BulkWriteError({"writeErrors": [{"code": code} for code in codes]})


@pytest.mark.parametrize("error", [WriteError("", 189), WriteError("", 11602), a_bulk_of(189), a_bulk_of(11000, 91)])
def test_a_lost_primary_is_waited_for(error: PyMongoError) -> None:
    with pytest.raises(NotPrimaryError) as raised, in_many_writes():
        raise error
    assert isinstance(raised.value, AWAY)


@pytest.mark.parametrize("error", [WriteError("", 121), DuplicateKeyError("", 11000), a_bulk_of(11000), a_bulk_of()])
def test_what_is_wrong_with_the_write_stays_as_it_is(error: PyMongoError) -> None:
    with pytest.raises(type(error)) as raised, in_many_writes():
        raise error
    assert raised.value is error
