"""Joint release: decisions of an opportunity are prepared one by one, and told together."""
