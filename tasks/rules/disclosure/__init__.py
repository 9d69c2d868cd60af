"""Statistical disclosure control: which cells of a release stay empty, so that no small count can be derived."""
