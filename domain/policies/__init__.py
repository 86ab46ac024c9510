"""Across contexts: what follows from what, and how an order stands, from folded states alone."""
