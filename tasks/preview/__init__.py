"""Preview: what a source sends and what a load of it would do, before anything is stored."""
