"""Publishing: the figures that a publication freezes."""
