-- cancel_payment: a person has seen with the provider that a stuck payment took no money. Before it ends, the provider is
-- asked to cancel it, so that nothing moves later. Where it could not be reached for that during 20 h, the person's word
-- alone ends the payment (`unseen`), and its slot is free. A charge that is known to be made is not given up.
-- KEYS: account payment operation outbox due topups
-- ARGV: tenant account_id operation_id digest keep_ms payment_id attempt actor
-- Output: {'done' | 'repeated', 'unknown' | 'cancelled'} | {'refused', reason}
-- Event: recharge_due topup_due recharge_cancelled topup_declined
local account_key, payment_key, operation_key, outbox_key, due_key, topups_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, operation_id, digest, keep_ms, payment_id, attempt, actor =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation
-- include: lib/payment

local known = seen(operation_key, digest)
if known then return known end
local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
if payment.state ~= 'stuck' or payment.attempt ~= attempt then return { 'refused', 'not_pending' } end
if payment.charged == '1' then return { 'refused', 'charged' } end

local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now_ms() }
payment.cancelled_by = actor
if payment.step == 'cancel' and payment.ends == '1' and payment.reason == 'no_answer' then
  redis.call('HSET', payment_key, 'state', 'cancelled', 'reason', 'unseen', 'cancelled_by', actor, 'updated_ms', text(ctx.now))
  redis.call('ZREM', topups_key, payment_id)
  remember(operation_key, digest, keep_ms, 'cancelled')
  tell_not_charged(ctx, account, payment_id, payment)
  return { 'done', 'cancelled' }
end
redis.call('HSET', payment_key, 'state', 'unknown', 'step', 'cancel', 'asks', '0', 'first_asked_ms', text(ctx.now),
  'ends', '1', 'quiet', '', 'cancelled_by', actor, 'updated_ms', text(ctx.now))
remember(operation_key, digest, keep_ms, 'unknown')
hand_over(ctx, payment_id, payment, payment.attempt)
return { 'done', 'unknown' }
