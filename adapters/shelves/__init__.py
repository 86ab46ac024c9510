"""Shelves: bytes under a name, bodies of hooks and logs of runs."""
