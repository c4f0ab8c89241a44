"""What the check's tests share: the document's operation, and a run against any server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from contract_tests.by_integration import inverted_range
from contract_tests.call import Caller
from contract_tests.ledger import Ledger
from contract_tests.manners import Manners
from contract_tests.operation import Operation, load_operation
from contract_tests.oracle import Oracle
from feather_kit.files import DOCUMENT
from feather_kit.redaction import Redactor
from tests.contract_tests.making import KEY

MakeCaller = Callable[..., Caller]


@pytest.fixture(scope="session")
def operation() -> Operation:
    return load_operation(DOCUMENT, check=False)


@pytest.fixture(scope="session")
def oracle(operation: Operation) -> Oracle:
    return Oracle(operation, KEY, (inverted_range,))


@pytest.fixture
def make_caller() -> Iterator[MakeCaller]:
    """Give a function that makes callers, which are closed in the end."""
    with ExitStack() as stack:

        def make(url: str, **more: Any) -> Caller:
            caller = Caller(url, Redactor(KEY), Ledger(), Manners(**{"most": 1000, **more}))
            stack.callback(caller.close)
            return caller

        yield make
