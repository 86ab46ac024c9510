"""Runners: whoever runs scripts."""
