-- move_order: an order to import files goes on from one state to the next, once.
-- KEYS: order pending lease
-- ARGV: from to owner member due_ms keep_ms field_value...
-- Output: moved | the state that it is in, '' for an order that is not there | lost
-- Event: -
-- from '' gives a new order. owner '' is a person, who needs no lease. due_ms is when a worker is to see to it, '' for
-- never.
local order_key, pending_key, lease_key = KEYS[1], KEYS[2], KEYS[3]
local from, to, owner, member, due_ms, keep_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if owner ~= '' and redis.call('GET', lease_key) ~= owner then return 'lost' end
local state = redis.call('HGET', order_key, 'state') or ''
if state ~= from then return state end

redis.call('HSET', order_key, 'state', to, unpack(ARGV, 7))
redis.call('PEXPIRE', order_key, keep_ms)
if due_ms == '' then
  redis.call('ZREM', pending_key, member)
else
  redis.call('ZADD', pending_key, due_ms, member)
end
return 'moved'
