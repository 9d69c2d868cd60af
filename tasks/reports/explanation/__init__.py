"""Explanation of one dossier: its words, its text, its drawing, its page."""
