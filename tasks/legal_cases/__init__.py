"""Legal cases: dossiers that an official can read, with the verdict that the law gives."""
