"""Measuring: counters that are kept by difference and proved against full counts."""
