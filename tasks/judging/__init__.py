"""Judging: offices, clocks, waivers, proposals and the rules digest that verdicts need."""
