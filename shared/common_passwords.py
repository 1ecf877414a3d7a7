"""Passwords of twelve characters and more that everybody tries first."""

_BASES = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "qwerty", "qwertyuiop", "qwertz", "azerty",
    "letmein", "welcome", "iloveyou", "admin", "administrator", "changeme", "monkey", "dragon",
    "football", "baseball", "superman", "batman", "princess", "sunshine", "master", "shadow",
    "michael", "jordan", "trustno1", "starwars", "whatever", "secret", "summer", "winter", "spring",
    "autumn", "hello", "freedom", "computer", "internet", "killer", "pokemon", "abc123", "test",
    "testing", "guest", "default", "rescind", "merchant", "orders", "cancel",
)  # fmt: skip
_TAILS = (
    "", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
    "!", "1!", "123!", "1234!", "2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027", "@123",
    "@1234", "#123", "321",
)  # fmt: skip
_ROWS = (
    "1234567890",
    "0123456789",
    "0987654321",
    "9876543210",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghij",
)


def is_common(password: str) -> bool:
    """Say whether a password is one of those, in whatever case, spaces apart, once or over and over."""
    plain = "".join(password.casefold().split())
    return _is_repeated(plain) or _is_row(plain) or any(_is_word(part) for part in (plain, plain[::-1]))


def _is_repeated(plain: str) -> bool:
    """Look for a short piece over and over, such as `abcabcabcabc` or one character."""
    longest = min(len(plain) // 2, 6)
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, longest + 1))


def _is_row(plain: str) -> bool:
    """Look for rows of keys and digits and nothing else."""
    rest = plain
    for row in sorted(_ROWS, key=len, reverse=True):
        rest = rest.replace(row, "")
    return len(rest) <= len(plain) // 4


def _is_word(plain: str) -> bool:
    for base in _BASES:
        rest = plain.removeprefix(base)
        if rest != plain and (rest in _TAILS or rest.removeprefix(base) in _TAILS):
            return True
    return False
