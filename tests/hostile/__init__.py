"""Files made to break a reader, and the budgets it must keep with them."""
