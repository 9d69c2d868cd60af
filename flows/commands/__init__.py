"""The commands of `motcua`: one module a group; what they print stands where they are."""
