-- open_account: make an account with a balance of zero, once.
-- KEYS: account tenants accounts form
-- ARGV: tenant account_id currency cooldown_ms per_day our_form
-- Output: {'done', 'opened'} | {'done', 'known'} | {'refused', 'currency_mismatch'}
-- Event: -
local account_key, tenants_key, accounts_key, form_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, currency, cooldown_ms, per_day, our_form =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
-- include: lib/clock

local known = redis.call('HGET', account_key, 'currency')
if known then
  if known ~= currency then return { 'refused', 'currency_mismatch' } end
  return { 'done', 'known' }
end
-- What the first posting finds, so that it looks at everything: see lib/wallet.
redis.call('HSET', account_key, 'currency', currency, 'balance', '0', 'version', '0', 'least', '9007199254740991',
  'till', '0', 'lot', '', 'bottom', '0', 'epoch', '0', 'base', '0', 'older', '0', 'state', 'open', 'held', '0',
  'overdraft', '0', 'class', '1', 'expires', '900000000000000', 'opened_ms', string.format('%d', now_ms()),
  'recharge_cooldown_ms', cooldown_ms, 'recharge_per_day', per_day)
-- Beside accounts that have no note there is none to be made: they are of another form.
if redis.call('EXISTS', tenants_key) == 0 then redis.call('SET', form_key, our_form) end
redis.call('SADD', tenants_key, tenant)
redis.call('SADD', accounts_key, tenant .. ':' .. account_id)
return { 'done', 'opened' }
