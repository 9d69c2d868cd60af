"""Record linkage: which records speak about the same dossier, and which number stands for two."""
