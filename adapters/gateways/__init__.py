"""Gateways: payment provider and carrier behind their ports."""
