"""Webhooks: what happens is told to the endpoints that a workspace has registered, signed as Standard Webhooks says."""
