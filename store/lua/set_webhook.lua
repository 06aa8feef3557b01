-- set_webhook: switch an endpoint on or off. What waits for it is kept, and goes on when it is switched on.
-- KEYS: webhook pushing
-- ARGV: member state
-- Output: {'done', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: -
local webhook_key, pushing_key = KEYS[1], KEYS[2]
local member, state = ARGV[1], ARGV[2]
-- include: lib/clock

local before = redis.call('HGET', webhook_key, 'state')
if not before then return { 'refused', 'unknown_webhook' } end
redis.call('HSET', webhook_key, 'state', state)
if state == 'on' then redis.call('ZADD', pushing_key, string.format('%.0f', now_ms()), member) end
return { 'done', before == state and 'unchanged' or 'changed' }
