"""Serves an OpenAPI document, with rows from fixtures: `feather-mock`, and `mock_server.running()` in Python."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_server.embedded import Running, running

__all__ = ["Running", "running"]


def __getattr__(name: str) -> Any:
    """Import what serves only when it is asked for: the package itself is imported by every pytest session."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mock_server import embedded

    return getattr(embedded, name)
