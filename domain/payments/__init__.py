"""Payments: one attempt to be paid each, with its captures, voids and refunds."""
