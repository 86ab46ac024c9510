"""Timers: time passing is a command too."""
