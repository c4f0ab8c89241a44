"""Keys that are not the key: each as it is sent, and as a shell makes it of `FEATHER_API_KEY`."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

from contract_tests.exchange import KEY_VARIABLE, Secret, Text

_ALPHABET = string.ascii_letters + string.digits


def stranger(length: int, source: random.Random) -> str:
    """Make a key that nobody was given."""
    return "".join(source.choice(_ALPHABET) for _ in range(length))


def unknown_keys(key: Secret, source: random.Random) -> Iterator[Text]:
    """Give keys that share nothing with the valid one: of its length, of others, words that servers take for none.

    A key outside of ASCII is among them, since comparing one in constant time fails in some languages, and a name that
    each object has in another.
    """
    yield stranger(len(key.value), source)
    yield stranger(500, source)
    yield from ("ключ-ü", "%", "constructor", "' OR '1'='1")


def other_cases(key: Secret) -> Iterator[Text]:
    """Give the key in other cases; none for a key without letters."""
    value = key.value
    letters = [place for place, character in enumerate(value) if character in string.ascii_letters]
    for other, shell in (
        (value.upper(), f"${{{KEY_VARIABLE}^^}}"),
        (value.swapcase(), f"${{{KEY_VARIABLE}~~}}"),
        # A prefix that all keys have may be compared in another way than the rest.
        *(_letter_swapped(value, place) for place in dict.fromkeys((*letters[:1], *letters[-1:]))),
    ):
        if other != value:
            yield Secret(other, shell)


def _letter_swapped(value: str, at: int) -> tuple[str, str]:
    """Give the key with the letter at this place in the other case."""
    letter = f'$(tr a-zA-Z A-Za-z <<< "${{{KEY_VARIABLE}:{at}:1}}")'
    shell = f"${{{KEY_VARIABLE}:0:{at}}}{letter}${{{KEY_VARIABLE}:{at + 1}}}"
    return value[:at] + value[at].swapcase() + value[at + 1 :], shell


def parts(key: Secret) -> Iterator[Text]:
    """Give the key's beginnings and endings, the longest first; none for a key of one character."""
    length = len(key.value)
    if length < 2:
        return
    half = length // 2
    cuts = [(key.value[:-1], f"${{{KEY_VARIABLE}%?}}"), (key.value[1:], f"${{{KEY_VARIABLE}#?}}")]
    if length > 3:
        cuts.append((key.value[:half], f"${{{KEY_VARIABLE}:0:{half}}}"))
        cuts.append((key.value[half:], f"${{{KEY_VARIABLE}:{half}}}"))
    # A key with a space in it: HTTP knows no space at the ends of a header.
    yield from (Secret(value, shell) for value, shell in cuts if value == value.strip())


def extensions(key: Secret, source: random.Random) -> Iterator[Text]:
    """Give keys that contain the key, differ from it in a part, or lack its dashes alone."""
    value, shell = key.value, f"${{{KEY_VARIABLE}}}"
    yield Secret(f"{value}x", f"{shell}x")
    yield Secret(f"x{value}", f"x{shell}")
    yield Secret(f"{value}{value}", f"{shell}{shell}")
    yield Secret(f"{value},x", f"{shell},x")
    yield Secret(f"Bearer {value}", f"Bearer {shell}")
    if len(value) > 3:
        half = len(value) // 2
        tail = stranger(len(value) - half, source)
        yield Secret(f"{value[:half]}{tail}", f"${{{KEY_VARIABLE}:0:{half}}}{tail}")
        yield Secret(f"{value[:-1]}{_other(value[-1])}", f"${{{KEY_VARIABLE}%?}}{_other(value[-1])}")
        middle = _other(value[half])
        head, rest = f"${{{KEY_VARIABLE}:0:{half}}}", f"${{{KEY_VARIABLE}:{half + 1}}}"
        yield Secret(f"{value[:half]}{middle}{value[half + 1 :]}", f"{head}{middle}{rest}")
    bare = value.replace("-", "").replace("_", "")
    if bare not in ("", value):
        yield Secret(bare, f"${{{KEY_VARIABLE}//[-_]/}}")
    if "_" in value:
        # In a pattern of SQL's LIKE an underscore stands for any character.
        yield Secret(value.replace("_", "x"), f"${{{KEY_VARIABLE}//_/x}}")


def _other(character: str) -> str:
    return "x" if character != "x" else "y"
