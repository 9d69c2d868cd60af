"""Dates: parsing, and arithmetic of instants and days."""
