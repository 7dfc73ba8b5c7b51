"""What a table says of one flag of one release."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    names: tuple[str, ...]
    """All that mean it, the canonical one first."""
    kind: str
    """What follows it.

    `none`: nothing; `switch`: nothing, and `--no-x` is its negation; `optional`: a word or nothing; `list`: words up to
    the next flag; `pair`: two words; `toggle`: on, off and the like, which may have needed no word in older releases; else one word: `int`, `human` (an integer that may be `32k`), `human-auto` (or
    `auto`), `float`, `json`, `string`.
    """
    negations: tuple[str, ...] = ()
    """Names that mean the opposite, apart from the `--no-x` of a `switch`."""
    variable: str | None = None
    """The environment variable that sets it."""
    is_removed: bool = False
    """Whether the release knows it only to say that it is gone."""
