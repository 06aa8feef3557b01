-- open_account: make an account with a balance of zero, once.
-- KEYS: account tenants
-- ARGV: tenant currency cooldown_ms per_day
-- Output: {'done', 'opened'} | {'done', 'known'} | {'refused', 'currency_mismatch'}
-- Event: -
local account_key, tenants_key = KEYS[1], KEYS[2]
local tenant, currency, cooldown_ms, per_day = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
-- include: lib/clock

local known = redis.call('HGET', account_key, 'currency')
if known then
  if known ~= currency then return { 'refused', 'currency_mismatch' } end
  return { 'done', 'known' }
end
redis.call('HSET', account_key, 'currency', currency, 'balance', '0', 'version', '0', 'opened_ms',
  string.format('%.0f', now_ms()), 'recharge_cooldown_ms', cooldown_ms, 'recharge_per_day', per_day)
redis.call('SADD', tenants_key, tenant)
return { 'done', 'opened' }
