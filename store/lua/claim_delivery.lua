-- claim_delivery: take what an endpoint is to be told next. The try is counted before it is made, and nobody else makes
-- it until its time is over: should the worker die, it is made again then. Where nothing is due the endpoint's next
-- time is noted instead.
-- KEYS: lease webhook deliveries delivering pushing
-- ARGV: owner member hold_ms
-- Output: {delivery_id, record, tries} | {} nothing is due, or another worker has the partition
-- Event: -
local lease_key, webhook_key, deliveries_key, delivering_key, pushing_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local owner, member, hold_ms = ARGV[1], ARGV[2], ARGV[3]
-- include: lib/clock

if redis.call('GET', lease_key) ~= owner then return {} end
local at = now_ms()
local first = redis.call('ZRANGE', delivering_key, 0, 0, 'WITHSCORES')
local webhook = redis.call('HMGET', webhook_key, 'state', 'paused_ms')
if not first[1] or webhook[1] ~= 'on' then
  redis.call('ZREM', pushing_key, member)
  return {}
end
local next_ms = math.max(tonumber(first[2]), tonumber(webhook[2] or '') or 0)
if next_ms > at then
  redis.call('ZADD', pushing_key, string.format('%.0f', next_ms), member)
  return {}
end
local tries = redis.call('HINCRBY', deliveries_key, first[1] .. '/tries', 1)
redis.call('ZADD', delivering_key, string.format('%.0f', at + tonumber(hold_ms)), first[1])
return { first[1], redis.call('HGET', deliveries_key, first[1]), tostring(tries) }
