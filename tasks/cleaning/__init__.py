"""Cleaning: from text to typed frames, a column at a time; personal values end here."""
