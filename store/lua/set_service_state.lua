-- set_service_state: a person stops a service, or lets it go on: no new calls are authorised for it while it is stopped.
-- KEYS: account operation outbox
-- ARGV: tenant account_id operation_id digest keep_ms service open actor reason
-- Output: {'done' | 'repeated', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: service_stopped service_resumed
-- A stop is kept in the account as `stopped:<service>`: when, by whom and why, divided by tabs.
local account_key, operation_key, outbox_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, operation_id, digest, keep_ms, service, open, actor, reason =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
if redis.call('EXISTS', account_key) == 0 then return { 'refused', 'unknown_account' } end
local field = 'stopped:' .. service
local changed = redis.call('HEXISTS', account_key, field) == (open == '1' and 1 or 0)

remember(operation_key, digest, keep_ms, changed and 'changed' or 'unchanged')
if not changed then return { 'done', 'unchanged' } end
local ctx = { account_key = account_key, outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
if open == '1' then
  redis.call('HDEL', account_key, field)
else
  redis.call('HSET', account_key, field, text(ctx.now) .. '\t' .. actor .. '\t' .. reason)
end
emit(ctx, open == '1' and 'service_resumed' or 'service_stopped', 'service', service, 'by', actor, 'reason', reason)
return { 'done', 'changed' }
