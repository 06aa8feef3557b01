-- release_lease: give a partition's lease back, if it is still ours.
-- KEYS: lease
-- ARGV: owner
-- Output: 1 released | 0 was not ours
-- Event: -
local lease_key = KEYS[1]
local owner = ARGV[1]

if redis.call('GET', lease_key) ~= owner then return 0 end
return redis.call('DEL', lease_key)
