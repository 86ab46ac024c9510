"""GitHub: what it sends us, and its API."""
