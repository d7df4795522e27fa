"""Real order history: read, turned into a network, and sent through it again as orders."""
