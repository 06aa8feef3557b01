-- rotate_secret: give an endpoint another secret; the former one signs beside it for a while.
-- KEYS: webhook
-- ARGV: secret keep_ms
-- Output: {'done', 'changed'} | {'refused', reason}
-- Event: -
local webhook_key = KEYS[1]
local secret, keep_ms = ARGV[1], ARGV[2]
-- include: lib/clock

local before = redis.call('HGET', webhook_key, 'secret')
if not before then return { 'refused', 'unknown_webhook' } end
if before ~= secret then -- else this is the same call after a lost reply
  redis.call('HSET', webhook_key, 'secret', secret, 'former', before,
    'former_until_ms', string.format('%.0f', now_ms() + tonumber(keep_ms)))
end
return { 'done', 'changed' }
