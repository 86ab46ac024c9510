"""How long something lasts, as people say it, on pages and on a terminal."""

from typing import Final

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def lasting(seconds: float) -> str:
    """Write a duration with its two largest units: `2 min 3 s`."""
    left = max(0, int(seconds))
    counts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        counts.append((count, unit))
    first = next((at for at, (count, _) in enumerate(counts) if count), len(counts) - 1)
    said = [f"{count} {unit}" for count, unit in counts[first : first + 2] if count]
    return " ".join(said) or "0 s"
