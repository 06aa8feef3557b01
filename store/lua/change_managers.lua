-- change_managers: appoint and dismiss credit managers; tell who did.
-- KEYS: managers operation outbox
-- ARGV: tenant account_id operation_id digest actor keep_ms appoint_csv dismiss_csv
-- Output: {'done' | 'repeated', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: managers_changed
local managers_key, operation_key, outbox_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, operation_id, digest, actor, keep_ms, appoint_csv, dismiss_csv =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end

local appointed, dismissed = {}, {}
for user in string.gmatch(appoint_csv, '[^,]+') do
  if redis.call('SADD', managers_key, user) == 1 then appointed[#appointed + 1] = user end
end
for user in string.gmatch(dismiss_csv, '[^,]+') do
  if redis.call('SREM', managers_key, user) == 1 then dismissed[#dismissed + 1] = user end
end
local changed = #appointed + #dismissed > 0
remember(operation_key, digest, keep_ms, changed and 'changed' or 'unchanged')
if changed then
  local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
  emit(ctx, 'managers_changed', 'by', actor, 'appointed', table.concat(appointed, ','),
    'dismissed', table.concat(dismissed, ','))
end
return { 'done', changed and 'changed' or 'unchanged' }
