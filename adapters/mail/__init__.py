"""Mail: where it leaves."""
