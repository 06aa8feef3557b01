-- add_credit: credit an account with money that no payment of ours brought, such as a grant.
-- KEYS: account journal operation outbox due
-- ARGV: tenant account_id operation_id digest amount_micros currency kind actor memo keep_ms
-- Output: {'posted' | 'repeated', entry, before, after, at_ms} | {'refused', reason}
-- Event: balance_recovered
local account_key, journal_key, operation_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, amount_micros, currency, kind, actor, memo, keep_ms =
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
if will_overflow(account, amount_micros) then return { 'refused', 'balance_limit' } end

local ctx = {
  account_key = account_key, journal = journal_key, outbox = outbox_key, due = due_key,
  tenant = tenant, account_id = account_id, now = now_ms(),
}
local outcome = post(ctx, account, {
  delta = amount_micros, kind = kind, actor = actor, memo = memo,
  operation_id = operation_id, operation_key = operation_key, digest = digest, keep_ms = keep_ms,
})
settle_upwards(ctx, account, tonumber(account.balance), kind)
save_state(ctx, account)
look_at_slot(ctx, account)
return outcome
