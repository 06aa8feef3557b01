-- set_plan: change a tenant's time zone or the pools of one of its accounts; tell who did, old and new.
-- KEYS: plans account operation outbox
-- ARGV: tenant account_id operation_id digest actor keep_ms topic field value
-- Output: {'done' | 'repeated', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: settings_changed
-- `field` is the account's own, or 'zone', which every account has in common.
local plans_key, account_key, operation_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, operation_id, digest, actor, keep_ms, topic, field, value =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
if topic == 'pools' and redis.call('EXISTS', account_key) == 0 then return { 'refused', 'unknown_account' } end

local old = redis.call('HGET', plans_key, field) or ''
remember(operation_key, digest, keep_ms, old ~= value and 'changed' or 'unchanged')
if old == value then return { 'done', 'unchanged' } end
redis.call('HSET', plans_key, field, value)
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
emit(ctx, 'settings_changed', 'topic', topic, 'by', actor, 'currency', '',
  'changes', cjson.encode({ { field = topic, old = old, new = value } }))
return { 'done', 'changed' }
