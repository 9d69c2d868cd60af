"""Gates: contracts that data keep on their way in and out, and pages of their results."""
