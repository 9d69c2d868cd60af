"""Legal cases: dossiers written down as an official can read them, with the verdict that the law gives, and their judging."""
