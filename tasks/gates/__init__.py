"""Gates: the contracts that data keep on their way in and out, and the pages that show the results."""
