"""Auditing: verdicts held against a second derivation, which shares no code with the rules."""
