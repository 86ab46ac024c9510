"""Olist: orders of Brazilian shops as three CSV files, read into whole lives. No AWS in here."""
