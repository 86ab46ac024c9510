"""Webhooks: what others call when something has happened at their place."""
