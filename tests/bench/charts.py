"""pygal, without what it leaves behind in this process.

Its finder of plugins speaks a protocol that Python no longer does: with it in place, every import
of something that is not installed warns.
"""

import sys

import pygal  # type: ignore[import-untyped]  # Published without types.
from pygal.style import Style  # type: ignore[import-untyped]  # The same.

__all__ = ["Style", "pygal"]

sys.meta_path[:] = [
    finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)
]
