"""Cleaning: from text to typed frames, column by column; personal values end here."""
