"""Dates: how written ones are read, and arithmetic of instants and days."""
