-- tell_unusual: tell of unusual usage, each thing once; or only note it, so that it is not told later.
-- KEYS: noted outbox
-- ARGV: tenant account_id tell what service subject amount_micros usual_micros currency keep_ms
-- Output: 'told' | 'noted' | 'known'
-- Event: usage_unusual
local noted_key, outbox_key = KEYS[1], KEYS[2]
local tenant, account_id, tell, what, service, subject, amount_micros, usual_micros, currency, keep_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
-- include: lib/clock
-- include: lib/account

if redis.call('EXISTS', noted_key) == 1 then return 'known' end

local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
redis.call('SET', noted_key, text(ctx.now), 'PX', keep_ms)
if tell ~= '1' then return 'noted' end
emit(ctx, 'usage_unusual', 'what', what, 'service', service, 'subject', subject, 'amount_micros', amount_micros,
  'usual_micros', usual_micros, 'currency', currency)
return 'told'
