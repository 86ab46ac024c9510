"""Importing: histories from elsewhere taken over, waited for and counted."""
