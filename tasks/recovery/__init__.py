"""Recovery: what is kept beside the landing files so that the warehouse can be rebuilt."""
