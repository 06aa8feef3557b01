-- expire_hold: the schedule's look at a hold: when its time is over, give back what was set aside.
-- KEYS: account journal outbox due hold holds
-- ARGV: tenant account_id hold_id
-- Output: 'expired' | 'early' | 'gone'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired
local account_key, journal_key, outbox_key, due_key, hold_key, holds_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, hold_id = ARGV[1], ARGV[2], ARGV[3]
local counter = 'expired'
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/hold

local state, held, expires = read_hold()
if state ~= 'held' then
  call('ZREM', ctx.due, hold_member())
  return 'gone'
end
if expires > now then
  keep_until(format('%d', expires))
  return 'early'
end
account = read_account(account_key)
begin()
give_back(held, 'system:expiry\texpiry:' .. hold_id .. '\t' .. hold_id .. '\t')
resolve('expired')
settle('release')
save_account()
return 'expired'
