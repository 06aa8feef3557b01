-- write_if_leased: set fields of a record, provided that the writer still holds the partition's lease: the
-- fencing that keeps a stalled worker from overwriting what its successor wrote.
-- KEYS: lease record
-- ARGV: owner ttl_ms field_value...
-- Output: 1 written | 0 the lease is lost
-- Event: -
-- ttl_ms 0 keeps the record for ever.
local lease_key, record_key = KEYS[1], KEYS[2]
local owner, ttl_ms = ARGV[1], ARGV[2]

if redis.call('GET', lease_key) ~= owner then return 0 end
redis.call('HSET', record_key, unpack(ARGV, 3))
if ttl_ms ~= '0' then redis.call('PEXPIRE', record_key, ttl_ms) end
return 1
