"""Indicators: counters, identities, values and their intervals."""
