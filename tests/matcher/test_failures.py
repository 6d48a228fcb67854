"""What means "come back later" is told as that, whatever the driver calls it."""

import pytest
from pymongo.errors import DuplicateKeyError, ExecutionTimeout, NotPrimaryError, OperationFailure, WriteConcernError

from services.matcher.store.failures import StoreAway, answering


@pytest.mark.parametrize(
    "error",
    [WriteConcernError("", 189), WriteConcernError("", 100), NotPrimaryError(""), ExecutionTimeout(""),
     OperationFailure("", 246)],
)  # fmt: skip
def test_what_mongodb_can_not_do_now_is_tried_again(error: Exception) -> None:
    with pytest.raises(StoreAway), answering():
        raise error


@pytest.mark.parametrize("error", [DuplicateKeyError("", 11000), OperationFailure("", 121)])
def test_what_is_wrong_with_a_command_stays_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, answering():
        raise error
    assert raised.value is error
