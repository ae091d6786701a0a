"""Help: pages that explain, for everyone. They hold no data of their own."""
