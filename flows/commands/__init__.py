"""Commands of `motcua`: one module a group, with what it prints."""
