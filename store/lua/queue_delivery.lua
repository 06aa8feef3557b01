-- queue_delivery: what an endpoint is to be told of an event, once.
-- KEYS: webhook deliveries delivering delivered pushing
-- ARGV: member delivery_id record
-- Output: 1 it waits for its first try | 0 it was queued before, or the endpoint is not on
-- Event: -
local webhook_key, deliveries_key, delivering_key, delivered_key, pushing_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local member, delivery_id, record = ARGV[1], ARGV[2], ARGV[3]
-- include: lib/clock

if redis.call('HGET', webhook_key, 'state') ~= 'on' then return 0 end
if redis.call('HGET', deliveries_key, delivery_id) or redis.call('ZSCORE', delivered_key, delivery_id) then return 0 end
local at = string.format('%.0f', now_ms())
redis.call('HSET', deliveries_key, delivery_id, record)
redis.call('ZADD', delivering_key, at, delivery_id)
redis.call('ZADD', pushing_key, 'LT', at, member)
return 1
