"""Runs in the peers' own environment: so many calls of escrowmint; prints the server's microseconds for each."""

import sys
import uuid

from escrowmint import Client
from redis import Redis

url, verb, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
peer, redis = Client.from_url(url), Redis.from_url(url)
peer.top_up("bench", 9_000_000_000_000, idempotency_key="first")
redis.config_resetstat()
for _ in range(count):
    if verb == "consume":
        peer.try_consume("bench", 12_345, idempotency_key=str(uuid.uuid4()))
    else:
        held = peer.reserve("bench", 12_345, ttl_ms=600_000)
        peer.commit("bench", held.reservation_id)
spent = redis.info("commandstats")["cmdstat_evalsha"]
sys.stdout.write(str(spent["usec"] / count))
peer.close()
