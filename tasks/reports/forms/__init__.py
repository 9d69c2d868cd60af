"""Forms that offices report by, for any period and agency, made from published figures."""
