-- resume_recharge: a person ends the pause; the cool-down is not waited out again.
-- KEYS: account operation outbox due payment
-- ARGV: tenant account_id operation_id digest keep_ms payment_id actor
-- Output: {'done' | 'repeated', 'resumed'} | {'done', 'not_paused'} | {'refused', reason}
-- Event: recharge_resumed recharge_due recharge_blocked
local account_key, operation_key, outbox_key, due_key, payment_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, keep_ms, payment_id, actor =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
local account = read_account(account_key)
if not account then return { 'refused', 'unknown_account' } end
if account.recharge_on ~= '1' then return { 'refused', 'recharge_off' } end
if account.recharge_paused == '' then return { 'done', 'not_paused' } end
if is_dead(account, account.method) then return { 'refused', 'method_dead' } end

local ctx = {
  account_key = account_key, outbox = outbox_key, due = due_key,
  tenant = tenant, account_id = account_id, now = now_ms(),
}
account.recharge_paused, account.recharge_last_ms, account.recharge_told = '', '', ''
redis.call('HSET', account_key, 'recharge_paused', '', 'recharge_last_ms', '', 'recharge_told', '',
  'least', text(MAX))
remember(operation_key, digest, keep_ms, 'resumed')
emit(ctx, 'recharge_resumed', 'by', actor)
consider_recharge(ctx, account, payment_key, payment_id)
return { 'done', 'resumed' }
