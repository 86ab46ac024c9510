"""What follows from a commit of CI, outside the shard reader."""
