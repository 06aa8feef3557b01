-- retry_deliveries: try now, and as often as if it were new, whatever an endpoint was not told yet or was given up.
-- One that said that it is gone is taken at a person's word that it is back; one that a person switched off stays off.
-- KEYS: webhook deliveries delivering undelivered pushing
-- ARGV: member
-- Output: {'done', number of deliveries that wait now} | {'refused', reason}
-- Event: -
local webhook_key, deliveries_key, delivering_key, undelivered_key, pushing_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local member = ARGV[1]
-- include: lib/clock

local state = redis.call('HGET', webhook_key, 'state')
if not state then return { 'refused', 'unknown_webhook' } end
local at = string.format('%.0f', now_ms())
redis.call('HSET', webhook_key, 'state', state == 'gone' and 'on' or state, 'paused_ms', '')
for _, id in ipairs(redis.call('ZRANGE', undelivered_key, 0, -1)) do
  redis.call('ZADD', delivering_key, at, id)
  redis.call('ZREM', undelivered_key, id)
end
for _, id in ipairs(redis.call('ZRANGE', delivering_key, 0, -1)) do
  redis.call('ZADD', delivering_key, at, id)
  redis.call('HSET', deliveries_key, id .. '/tries', '0')
end
if state ~= 'off' then redis.call('ZADD', pushing_key, at, member) end
return { 'done', tostring(redis.call('ZCARD', delivering_key)) }
