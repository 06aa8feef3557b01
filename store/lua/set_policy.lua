-- set_policy: change fields of an account's policy; tell who changed what, old and new; apply it to the balance
-- as it is now, which may open a recharge at once.
-- KEYS: account operation outbox due payment
-- ARGV: tenant account_id operation_id digest topic actor keep_ms payment_id currency field_value...
-- Output: {'done' | 'repeated', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: settings_changed balance_recovered balance_low balance_exhausted services_halted services_resumed recharge_due
--   recharge_blocked
-- `currency` is that of the amounts among the fields, empty where there are none.
local account_key, operation_key, outbox_key, due_key, payment_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, topic, actor, keep_ms, payment_id, currency =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
local account = read_account(account_key)
if not account then return { 'refused', 'unknown_account' } end
if currency ~= '' and account.currency ~= currency then return { 'refused', 'currency_mismatch' } end
local wanted = {}
for i = 10, #ARGV, 2 do wanted[ARGV[i]] = ARGV[i + 1] end
local old_method, method = account.method, wanted.method or account.method
local old_cap = tonumber(account.recharge_cap) or 0
local old_state = account.state
if wanted.state == 'closed' and (account.balance ~= '0' or account.held ~= '0') then return { 'refused', 'not_empty' } end
local on = wanted.recharge_on or (wanted.method and account.recharge_on)
if on == '1' and is_dead(account, method) then return { 'refused', 'method_dead' } end

local changes, writes = {}, {}
for i = 10, #ARGV, 2 do
  local field, value = ARGV[i], ARGV[i + 1]
  local old = redis.call('HGET', account_key, field) or ''
  if old ~= value then
    changes[#changes + 1] = { field = field, old = old, new = value }
    writes[#writes + 1] = field
    writes[#writes + 1] = value
    account[field] = value
  end
end
remember(operation_key, digest, keep_ms, #changes > 0 and 'changed' or 'unchanged')
if #changes == 0 then return { 'done', 'unchanged' } end

local ctx = {
  account_key = account_key, outbox = outbox_key, due = due_key,
  tenant = tenant, account_id = account_id, now = now_ms(),
}
-- A pause ends when the card really changed, or when auto-recharge was switched off by a person.
if account.recharge_paused ~= '' and (wanted.recharge_on == '0' or method ~= old_method) then
  account.recharge_paused = ''
end
account.recharge_told, account.recharge_wait = '', ''
redis.call('HSET', account_key, 'recharge_paused', account.recharge_paused, 'recharge_told', '', 'recharge_wait', '',
  'least', text(MAX), unpack(writes))
emit(ctx, 'settings_changed', 'topic', topic, 'by', actor, 'currency', account.currency, 'changes', cjson.encode(changes))
-- A recharge that waits for the old card, or that the new figures or state forbid, is looked at again at once.
local lowered = (tonumber(account.recharge_cap) or 0) < old_cap
local stopped = old_state == 'open' and account.state ~= 'open'
look_at_slot(ctx, account, wanted.recharge_on == '0' or method ~= old_method or stopped or lowered)
local balance = tonumber(account.balance)
-- An account on which nothing has happened yet is not low: it is new.
if account.version ~= '0' then
  settle_upwards(ctx, account, balance, 'settings')
  settle_downwards(ctx, account, balance)
elseif account.state ~= 'open' then
  halt_services(ctx, account, balance)
else
  resume_services(ctx, account, balance, 'settings')
end
redis.call('HSET', account_key, 'low', account.low, 'exhausted', account.exhausted, 'halted', account.halted)
consider_recharge(ctx, account, payment_key, payment_id)
return { 'done', 'changed' }
