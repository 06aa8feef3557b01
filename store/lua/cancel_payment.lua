-- cancel_payment: a person has seen with the provider that a stuck payment took no money: it ends, and its slot is free.
-- KEYS: account payment operation outbox due
-- ARGV: tenant account_id operation_id digest keep_ms payment_id attempt actor
-- Output: {'done' | 'repeated', 'cancelled'} | {'refused', reason}
-- Event: recharge_cancelled topup_declined
local account_key, payment_key, operation_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, keep_ms, payment_id, attempt, actor =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- include: lib/clock
-- include: lib/account
-- include: lib/posting
-- include: lib/payment

local known = seen(operation_key, digest)
if known then return known end
local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
if payment.state ~= 'stuck' or payment.attempt ~= attempt then return { 'refused', 'not_pending' } end

local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now_ms() }
redis.call('HSET', payment_key, 'state', 'cancelled', 'cancelled_by', actor, 'updated_ms', text(ctx.now))
unwatch(ctx, payment_id)
remember(operation_key, digest, keep_ms, 'cancelled')
-- A top-up's event names who asked for it; a recharge's, which nobody asked for, who has looked.
if payment.kind == 'recharge' then payment.requested_by = actor end
tell_not_charged(ctx, account, payment_id, payment)
return { 'done', 'cancelled' }
