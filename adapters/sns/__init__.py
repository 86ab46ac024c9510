"""SNS: one notice a commit, for ourselves."""
