"""Disclosure control: which cells of a release stay empty, so that no small count is derived."""
