-- trim_journal: drop of an account's journal what lies before its last archived entry; that one stays, so that a clock
-- which goes back still finds the last one, and the archive is seen to continue.
-- KEYS: lease account journal
-- ARGV: owner last
-- Output: how many were dropped | -1 the lease is lost | -2 the journal does not have that entry
-- Event: -
-- A removal comes first, which a Redis without memory does not refuse: it is what helps.
local lease_key, account_key, journal_key = KEYS[1], KEYS[2], KEYS[3]
local owner, last = ARGV[1], ARGV[2]

if redis.call('GET', lease_key) ~= owner then return -1 end
if #redis.call('XRANGE', journal_key, last, last) == 0 then return -2 end
local dropped = redis.call('XTRIM', journal_key, 'MINID', last)
redis.call('HSET', account_key, 'archived', last)
return dropped
