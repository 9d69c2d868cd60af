"""Judging: what a verdict needs beside the dossiers: offices, clocks, waivers, proposals, the fingerprint of the rules."""
