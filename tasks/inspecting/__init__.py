"""Inspecting: the file of an inspection, drawn from a publication."""
