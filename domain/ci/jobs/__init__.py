"""Jobs: one build of one commit, from the hook to its end."""
