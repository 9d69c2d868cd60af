"""Nights that go wrong, made in earnest on a small province: what `make nights` prints."""
