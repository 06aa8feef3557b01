-- charge_usage: debit recorded usage. The call has already happened, so it posts even below zero.
-- KEYS: account journal operation outbox due payment
-- ARGV: tenant account_id operation_id digest amount_micros currency actor memo keep_ms payment_id
-- Output: {'posted' | 'repeated', entry, before, after, at_ms} | {'refused', reason}
-- Event: balance_low balance_exhausted recharge_due recharge_blocked
local account_key, journal_key, operation_key, outbox_key, due_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, operation_id, digest, amount_micros, currency, actor, memo, keep_ms, payment_id =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
-- include: lib/clock
-- include: lib/account
-- include: lib/posting

local known = seen(operation_key, digest)
if known then return known end
local account = read_account(account_key)
if not account then return { 'refused', 'unknown_account' } end
if account.currency ~= currency then return { 'refused', 'currency_mismatch' } end
if not canonical(amount_micros) or tonumber(amount_micros) <= 0 then return { 'refused', 'amount_invalid' } end
if will_overflow(account, '-' .. amount_micros) then return { 'refused', 'balance_limit' } end

local ctx = {
  account_key = account_key, journal = journal_key, outbox = outbox_key, due = due_key,
  tenant = tenant, account_id = account_id, now = now_ms(),
}
local outcome = post(ctx, account, {
  delta = '-' .. amount_micros, kind = 'usage', actor = actor, memo = memo,
  operation_id = operation_id, operation_key = operation_key, digest = digest, keep_ms = keep_ms,
})
settle_downwards(ctx, account, tonumber(account.balance))
save_state(ctx, account)
consider_recharge(ctx, account, payment_key, payment_id)
return outcome
