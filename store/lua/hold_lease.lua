-- hold_lease: take or renew a partition's lease.
-- KEYS: lease
-- ARGV: owner ttl_ms
-- Output: 2 taken | 1 renewed | 0 somebody else's
-- Event: -
local lease_key = KEYS[1]
local owner, ttl_ms = ARGV[1], ARGV[2]

local holder = redis.call('GET', lease_key)
if holder and holder ~= owner then return 0 end
redis.call('SET', lease_key, owner, 'PX', ttl_ms)
return holder and 1 or 2
