"""Hashes of bytes that are the same on every machine: FarmHash and SipHash."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["fingerprint", "join_fingerprints", "keyed_hash"]

_WORD = 2**64 - 1
# The constants of FarmHash: three primes, and the multiplier of CityHash.
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_JOIN = 0xC6A4A7935BD1E995


def fingerprint(text: bytes) -> int:
    """The 64-bit FarmHash of bytes (its Fingerprint64), which Keras's hashing layers use.

    Source: Pike, https://github.com/google/farmhash.

    >>> fingerprint(b"") == _K2
    True
    """
    n = len(text)
    if n <= 16:
        return _hash_short(text, n)
    if n <= 32:
        return _hash_to_32(text, n)
    return _hash_to_64(text, n) if n <= 64 else _hash_long(text, n)


def join_fingerprints(first: int, second: int) -> int:
    """One fingerprint of two, in their order."""
    mixed = first ^ _JOIN ^ (_shift(second * _JOIN & _WORD) * _JOIN & _WORD)
    return _shift(_shift(mixed * _JOIN & _WORD) * _JOIN & _WORD)


def keyed_hash(text: bytes, key: Sequence[int]) -> int:
    """The 64-bit SipHash-2-4 of bytes with two whole numbers as its key.

    Source: Aumasson and Bernstein 2012.
    """
    k0, k1 = (part & _WORD for part in key)
    # "somepseudorandomlygeneratedbytes", as the paper has it.
    state = (
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    )
    whole = len(text) - len(text) % 8
    last = text[whole:].ljust(7, b"\0") + bytes([len(text) & 0xFF])
    for block in (*(text[i : i + 8] for i in range(0, whole, 8)), last):
        word = int.from_bytes(block, "little")
        a, b, c, d = state
        state = _sip_round(*_sip_round(a, b, c, d ^ word))
        state = (state[0] ^ word, *state[1:])
    a, b, c, d = state[0], state[1], state[2] ^ 0xFF, state[3]
    for _ in range(4):
        a, b, c, d = _sip_round(a, b, c, d)
    return a ^ b ^ c ^ d


def _sip_round(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    a, c = a + b & _WORD, c + d & _WORD
    b, d = _turn_left(b, 13) ^ a, _turn_left(d, 16) ^ c
    a = _turn_left(a, 32)
    c, a = c + b & _WORD, a + d & _WORD
    b, d = _turn_left(b, 17) ^ c, _turn_left(d, 21) ^ a
    return a, b, _turn_left(c, 32), d


def _turn_left(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & _WORD


def _turn(value: int, bits: int) -> int:
    """Rotated to the right."""
    value &= _WORD
    return (value >> bits | value << (64 - bits)) & _WORD


def _shift(value: int) -> int:
    return value ^ value >> 47


def _at(text: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(text[place : place + size], "little")


def _mix(u: int, v: int, factor: int) -> int:
    a = _shift((u ^ v) * factor & _WORD)
    return _shift((v ^ a) * factor & _WORD) * factor & _WORD


def _hash_short(text: bytes, n: int) -> int:
    factor = _K2 + 2 * n
    if n >= 8:
        a, b = _at(text, 0) + _K2 & _WORD, _at(text, n - 8)
        c = _turn(b, 37) * factor + a & _WORD
        return _mix(c, (_turn(a, 25) + b) * factor & _WORD, factor)
    if n >= 4:
        return _mix(n + (_at(text, 0, 4) << 3), _at(text, n - 4, 4), factor)
    if n == 0:
        return _K2
    y = text[0] + (text[n >> 1] << 8)
    z = n + (text[n - 1] << 2)
    return _shift((y * _K2 ^ z * _K0) & _WORD) * _K2 & _WORD


def _ends(text: bytes, n: int, first: int) -> tuple[int, int, int, int, int]:
    """What texts of 17 to 64 bytes begin with: the four outer words, and a sum of them."""
    factor = _K2 + 2 * n
    a, b = _at(text, 0) * first & _WORD, _at(text, 8)
    c, d = _at(text, n - 8) * factor & _WORD, _at(text, n - 16) * _K2 & _WORD
    y = _turn(a + b, 43) + _turn(c, 30) + d & _WORD
    return a, y, _mix(y, a + _turn(b + _K2, 18) + c & _WORD, factor), factor, b


def _hash_to_32(text: bytes, n: int) -> int:
    return _ends(text, n, _K1)[2]


def _hash_to_64(text: bytes, n: int) -> int:
    a, y, z, factor, _ = _ends(text, n, _K2)
    e, f = _at(text, 16) * factor & _WORD, _at(text, 24)
    g = (y + _at(text, n - 32)) * factor & _WORD
    h = (z + _at(text, n - 24)) * factor & _WORD
    return _mix(
        _turn(e + f, 43) + _turn(g, 30) + h & _WORD, e + _turn(f + a, 18) + g & _WORD, factor
    )


def _weak(text: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_at(text, place + 8 * i) for i in range(4))
    a = a + w & _WORD
    b = _turn(b + a + z, 21)
    c = a
    a = a + x + y & _WORD
    return a + z & _WORD, b + _turn(a, 44) + c & _WORD


def _hash_long(text: bytes, n: int) -> int:
    seed = 81
    y = seed * _K1 + 113 & _WORD
    z = _shift(y * _K2 + 113 & _WORD) * _K2 & _WORD
    x = seed * _K2 + _at(text, 0) & _WORD
    v, w = (0, 0), (0, 0)
    for s in range(0, (n - 1) // 64 * 64, 64):
        x = _turn(x + y + v[0] + _at(text, s + 8), 37) * _K1 & _WORD
        y = _turn(y + v[1] + _at(text, s + 48), 42) * _K1 & _WORD
        x ^= w[1]
        y = y + v[0] + _at(text, s + 40) & _WORD
        z = _turn(z + w[0], 33) * _K1 & _WORD
        v = _weak(text, s, v[1] * _K1, x + w[0])
        w = _weak(text, s + 32, z + w[1], y + _at(text, s + 16))
        z, x = x, z
    factor = _K1 + ((z & 0xFF) << 1)
    s = n - 64
    w = (w[0] + (n - 1 & 63) & _WORD, w[1])
    v = (v[0] + w[0] & _WORD, v[1])
    w = (w[0] + v[0] & _WORD, w[1])
    x = _turn(x + y + v[0] + _at(text, s + 8), 37) * factor & _WORD
    y = _turn(y + v[1] + _at(text, s + 48), 42) * factor & _WORD
    x ^= w[1] * 9 & _WORD
    y = y + v[0] * 9 + _at(text, s + 40) & _WORD
    z = _turn(z + w[0], 33) * factor & _WORD
    v = _weak(text, s, v[1] * factor, x + w[0])
    w = _weak(text, s + 32, z + w[1], y + _at(text, s + 16))
    z, x = x, z
    return _mix(
        _mix(v[0], w[0], factor) + _shift(y) * _K0 + z & _WORD,
        _mix(v[1], w[1], factor) + x & _WORD,
        factor,
    )
