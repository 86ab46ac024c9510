"""CI: a push arrives, perhaps three times; one build runs."""
