"""Who may change the mock: its own console, and programs that are no browser; no page of another origin."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from mock_server.response.problems import FORBIDDEN, Refusal

_EVERYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104  # compared, not bound
_OWN_SITE: Final = ("same-origin", "none")


class Guard:
    """Refuses what a page of another origin sends.

    A page can name any host its own by DNS rebinding, so the `Host` must be one that no stranger can own: the
    loopback interface or the address that the mock listens on. Where it listens on all addresses, any address will
    do, and any name without a dot, as containers have them.
    """

    def __init__(self, bound: str) -> None:
        """Guard a mock that listens on `bound`, a host name or an address."""
        self._bound = bound.lower().strip("[]")

    def write(self, headers: Headers) -> None:
        """Let a change pass.

        Raises:
            Refusal: it comes from a page of another origin.

        """
        self._host(headers)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        foreign = not _same(origin, headers) if origin is not None else site not in (None, *_OWN_SITE)
        if foreign:
            raise _forbidden(f"A page of another origin ({origin or site}) cannot change the mock")

    def secret(self, headers: Headers) -> None:
        """Let a request for a key pass.

        Raises:
            Refusal: it does not come from the mock's own page, as far as it tells.

        """
        self._host(headers)
        origin = headers.get("origin")
        own = _same(origin, headers) if origin is not None else headers.get("sec-fetch-site") in _OWN_SITE
        if not own:
            raise _forbidden("This is for the mock's own console; the key stands in the banner")

    def _host(self, headers: Headers) -> None:
        host = headers.get("host")
        if host is not None and not self._trusted(_name(host)):  # a browser always sends one
            raise _forbidden(
                f"The host {host!r} is not this mock's own. Use localhost, or the address that it listens on"
            )

    def _trusted(self, name: str) -> bool:
        if name in ("localhost", self._bound) or name.endswith(".localhost"):
            return bool(name)
        try:
            address = ip_address(name)
        except ValueError:
            return self._bound in _EVERYWHERE and name != "" and "." not in name
        return address.is_loopback or self._bound in _EVERYWHERE


def _forbidden(cause: str) -> Refusal:
    return Refusal(FORBIDDEN, cause=cause)


def _same(origin: str, headers: Headers) -> bool:
    """Tell whether an origin is that of the host asked; the scheme may be that of a proxy in front."""
    try:
        return _authority(urlsplit(origin).netloc) == _authority(headers.get("host", ""))
    except ValueError:
        return False


def _authority(authority: str) -> str:
    return authority.lower().removesuffix(":80").removesuffix(":443")


def _name(authority: str) -> str:
    """Give the host of `host:port`, without the brackets of an IPv6 address."""
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""
