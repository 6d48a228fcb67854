"""The test servers themselves: fresh places work, and no server is a failure with a sentence."""

from contextlib import ExitStack

import psycopg
import pytest

from tests.backends import Backends, NoServer
from tests.databases import Database


def test_given_address_wins():
    assert Backends({"KAFKA_BOOTSTRAP": "broker:1"}).address("kafka") == "broker:1"


def test_no_server_is_a_failure_that_says_what_to_do():
    without = Backends({}, ways=[_impossible, _impossible])
    for _ in range(2):
        with pytest.raises(NoServer, match=r"give its address in MONGO_URL.*no way \| OSError: no way"):
            without.address("mongo")


def _impossible(_: str, __: ExitStack) -> dict[str, str]:
    raise OSError("no way")


@pytest.mark.integration
def test_fresh_database_acts_as_the_two_roles(database: Database):
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("create table kept (n int)")
        owner.execute("grant select on kept to ledger")
        assert owner.execute("select current_user").fetchone() == ("ledger_owner",)
    with psycopg.connect(database.url) as service:
        assert service.execute("select current_user").fetchone() == ("ledger",)
        assert service.execute("select count(*) from kept").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            service.execute("insert into kept values (1)")


@pytest.mark.integration
def test_fresh_names_are_usable(mongo_database: str, index_prefix: str, fresh_topic: str, mongo_url: str):
    assert len({mongo_database, index_prefix, fresh_topic}) == 3
