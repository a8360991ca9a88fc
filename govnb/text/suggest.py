"""“Did you mean”: the nearest known word for a mistyped one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from heapq import nlargest
from itertools import islice, takewhile

# Every department has far fewer names; a hostile file must not make the search last.
MOST_WORDS = 3000
MOST_COMPARED = 100


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to `word`, or None when nothing is close.

    Full-width and half-width forms count as equal, since that slip is the
    commonest of all in Chinese text.
    """
    candidates = {unicodedata.normalize("NFKC", k): k for k in islice(known, MOST_WORDS)}
    plain = unicodedata.normalize("NFKC", word).strip()
    if plain in candidates:
        return candidates[plain]
    # 0.5: two of four characters right is already worth offering in Chinese.
    if len(candidates) > MOST_COMPARED:
        # A slip leaves the beginning or the end as it was; comparing letter by letter is slow.
        alike = nlargest(MOST_COMPARED, candidates, key=lambda k: _shared_ends(plain, k))
        candidates = {k: candidates[k] for k in alike}
    match = difflib.get_close_matches(plain, candidates, n=1, cutoff=0.5)
    return candidates[match[0]] if match else None


def _shared_ends(a: str, b: str) -> int:
    """Return how many characters two words begin and end with alike."""
    ahead, behind = zip(a, b, strict=False), zip(reversed(a), reversed(b), strict=False)
    alike = (takewhile(lambda pair: pair[0] == pair[1], ends) for ends in (ahead, behind))
    return sum(1 for ends in alike for _ in ends)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint “是不是“…”？”, or an empty string."""
    near = nearest(word, known)
    return f"是不是“{near}”？" if near is not None else ""
