"""The one place that knows where the kit's data stand, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

# A wheel carries `spec` and `fixtures` inside this package; a checkout has them beside it.
DATA_ROOT = _PACKAGE if (_PACKAGE / "spec").is_dir() else _PACKAGE.parent

DOCUMENT = DATA_ROOT / "spec" / "openapi.yaml"
"""The vendor's OpenAPI document, byte for byte."""

FIXTURES = DATA_ROOT / "fixtures"
"""The catalogue of integrations, workspaces and modes, and the scenarios."""
