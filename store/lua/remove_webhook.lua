-- remove_webhook: forget an endpoint, and all that it was to be told.
-- KEYS: webhooks webhook deliveries delivering delivered undelivered pushing
-- ARGV: webhook_id member
-- Output: {'done', 'removed' | 'unchanged'}
-- Event: -
local webhooks_key, webhook_key, deliveries_key, delivering_key, delivered_key, undelivered_key, pushing_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local webhook_id, member = ARGV[1], ARGV[2]

if redis.call('SREM', webhooks_key, webhook_id) == 0 then return { 'done', 'unchanged' } end
redis.call('DEL', webhook_key, deliveries_key, delivering_key, delivered_key, undelivered_key)
redis.call('ZREM', pushing_key, member)
return { 'done', 'removed' }
