"""Corrections: their lines, values, status and the proposals that lead to them."""
