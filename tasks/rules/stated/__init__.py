"""Stated figures: what somebody else's report says, and what follows from it."""
