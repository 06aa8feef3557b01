"""Block Kit's rules as data: which blocks, where, with which fields, how long."""
