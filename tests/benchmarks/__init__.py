"""How fast, how small, and at what durability: `make bench`. Ratios, each side measured in turn on the same server."""
