"""Personal values: how they are recognised, masked and replaced by a pseudonym."""
