"""Text: normal forms, spelling, legacy fonts and codes."""
