"""Queue handlers: what follows from a commit, outside the shard reader."""
