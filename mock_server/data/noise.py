"""Chance without state: a number that depends on names alone, the same in any process and on any machine."""

import hashlib


def key64(*names: str) -> int:
    """Hash `names` to 64 bits; no two lists of names are joined to the same text."""
    text = "".join(f"{len(name)}:{name}" for name in names)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def fraction(*names: str) -> float:
    """Give a number from 0 up to 1 that belongs to `names`."""
    return (key64(*names) >> 11) / 2**53
