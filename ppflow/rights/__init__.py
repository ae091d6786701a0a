"""What people may do with what we hold: take it along, erase it, change how we reach them."""
