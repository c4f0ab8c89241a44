"""Every promise, in the order in which they are tried and shown."""

from __future__ import annotations

from contract_tests import by_integration
from contract_tests.operation import Operation
from contract_tests.promise import Promise
from contract_tests.promises import answers, authentication, generated, protocol, validation


def all_promises(operation: Operation) -> tuple[Promise, ...]:
    """Give the promises about an operation: those that ask, then those that look at all that was answered."""
    return (
        *authentication.promises(),
        *validation.promises(operation),
        *by_integration.promises(),
        *protocol.promises(),
        *generated.promises(),
        *answers.promises(operation),
        *by_integration.row_promises(),
    )
