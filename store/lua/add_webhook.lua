-- add_webhook: register an endpoint. Its id is random, so the same id again is the same call after a lost reply.
-- KEYS: webhooks webhook
-- ARGV: webhook_id most field_value...
-- Output: {'done', 'added'} | {'refused', reason}
-- Event: -
local webhooks_key, webhook_key = KEYS[1], KEYS[2]
local webhook_id, most = ARGV[1], ARGV[2]
-- include: lib/clock

if redis.call('SISMEMBER', webhooks_key, webhook_id) == 1 then return { 'done', 'added' } end
if redis.call('SCARD', webhooks_key) >= tonumber(most) then return { 'refused', 'webhooks_too_many' } end
redis.call('HSET', webhook_key, 'state', 'on', 'created_ms', string.format('%.0f', now_ms()), unpack(ARGV, 3))
redis.call('SADD', webhooks_key, webhook_id)
return { 'done', 'added' }
