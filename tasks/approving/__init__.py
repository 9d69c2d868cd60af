"""Approving: what becomes of publications: drafted, reviewed, approved and frozen, withdrawn."""
