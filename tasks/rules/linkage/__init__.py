"""Record linkage: records about the same dossier, and numbers that stand for two."""
