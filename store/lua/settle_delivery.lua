-- settle_delivery: what came of a try: `delivered`, to be made again `later`, `undelivered` for good, or `gone`, for good
-- and with the endpoint. The first delivery that is given up is told, and then none until one has arrived.
-- KEYS: webhook deliveries delivering delivered undelivered outbox
-- ARGV: tenant account_id webhook_id delivery_id tries outcome why host about wait_ms pause_ms keep_ms bury_ms
-- Output: 1 settled | 0 another try was begun since, or the endpoint was removed
-- Event: webhook_failed webhook_recovered
local webhook_key, deliveries_key, delivering_key, delivered_key, undelivered_key, outbox_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, webhook_id, delivery_id, tries, outcome, why, host, about, wait_ms, pause_ms, keep_ms, bury_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
-- include: lib/clock
-- include: lib/account

if redis.call('HGET', deliveries_key, delivery_id .. '/tries') ~= tries then return 0 end
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
local told = redis.call('HGET', webhook_key, 'told') == '1'

local function forget(id)
  redis.call('HDEL', deliveries_key, id, id .. '/tries', id .. '/why')
end

if outcome == 'delivered' then
  redis.call('HSET', webhook_key, 'last_ms', text(ctx.now), 'why', '', 'told', '', 'paused_ms', '')
  redis.call('ZADD', delivered_key, text(ctx.now), delivery_id)
  redis.call('ZREMRANGEBYSCORE', delivered_key, '-inf', text(ctx.now - tonumber(keep_ms)))
  redis.call('PEXPIRE', delivered_key, keep_ms)
  redis.call('ZREM', delivering_key, delivery_id)
  forget(delivery_id)
  if told then emit(ctx, 'webhook_recovered', 'webhook', webhook_id, 'host', host) end
  return 1
end
redis.call('HSET', webhook_key, 'why', why, 'failed_ms', text(ctx.now))
redis.call('HSET', deliveries_key, delivery_id .. '/why', why)
if outcome == 'later' then
  redis.call('ZADD', delivering_key, text(ctx.now + tonumber(wait_ms)), delivery_id)
  if pause_ms ~= '0' then redis.call('HSET', webhook_key, 'paused_ms', text(ctx.now + tonumber(pause_ms))) end
  return 1
end
redis.call('ZADD', undelivered_key, text(ctx.now), delivery_id)
redis.call('ZREM', delivering_key, delivery_id)
if outcome == 'gone' then redis.call('HSET', webhook_key, 'state', 'gone') end
if not told then
  redis.call('HSET', webhook_key, 'told', '1')
  emit(ctx, 'webhook_failed', 'webhook', webhook_id, 'host', host, 'about', about, 'why', why)
end
local long_ago = text(ctx.now - tonumber(bury_ms))
for _, id in ipairs(redis.call('ZRANGEBYSCORE', undelivered_key, '-inf', long_ago, 'LIMIT', 0, 100)) do
  redis.call('ZREM', undelivered_key, id)
  forget(id)
end
return 1
