-- wake_payment: hand a waiting payment to the workers again, because its time has come (`schedule`), because a person
-- says so, or because of a change: with the account's settings and balance as they are now, it must not be charged as it
-- stands. The schedule also looks after payments whose event or worker was lost. What waits for its owner may be confirmed
-- at any moment, and what is stuck may have been charged: both keep their attempt, and the provider is asked what has
-- become of it, or, after a change, to cancel it. The schedule's own asking is `quiet`: nothing is told of it that is not new.
-- KEYS: account payment operation outbox due
-- ARGV: tenant account_id operation_id digest keep_ms payment_id cause attempt actor
-- Output: {'done' | 'repeated', state} | {'refused', reason}
-- Event: recharge_due topup_due
-- `cause` is schedule, person or settings, which stands for every change. A person's button names the attempt that it was
-- shown for, so that a press on an old message finds it gone; it alone is remembered, so that its repeat after a lost
-- reply is told from a second press.
local account_key, payment_key, operation_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, keep_ms, payment_id, cause, attempt, actor =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation
-- include: lib/payment

local WAITS = {
  schedule = { retrying = true, unavailable = true, unknown = true, due = true, charging = true, needs_action = true },
  person = { retrying = true, unavailable = true, unknown = true, needs_action = true, stuck = true },
  settings = { retrying = true, unavailable = true, unknown = true, needs_action = true },
}
-- The next step of what may have been charged, or may be yet.
local STEPS = {
  schedule = { needs_action = 'find' },
  person = { needs_action = 'find', stuck = 'find' },
  settings = { needs_action = 'cancel' },
}

local known = cause == 'person' and seen(operation_key, digest)
if known then return known end
local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now_ms() }
if cause == 'settings' then redis.call('ZREM', due_key, 'settings:' .. tenant .. ':' .. account_id .. ':' .. payment_id) end
if not payment or not account then
  unwatch(ctx, payment_id)
  return { 'refused', 'unknown_payment' }
end
if not WAITS[cause][payment.state] or (cause == 'person' and attempt ~= payment.attempt) then
  if cause == 'schedule' then unwatch(ctx, payment_id) end
  return { 'refused', 'not_pending' }
end
if cause == 'settings' and not unwanted(ctx, account, payment) then return { 'refused', 'not_pending' } end

local fresh, step = payment.state == 'due' or payment.state == 'retrying', STEPS[cause][payment.state]
if step then
  redis.call('HSET', payment_key, 'state', 'unknown', 'step', step, 'asks', '0', 'first_asked_ms', text(ctx.now),
    'ends', '', 'cancelled_by', '', 'woken_by', actor, 'quiet', cause == 'schedule' and '1' or '')
elseif fresh and cause ~= 'schedule' then
  redis.call('HSET', payment_key, 'state', 'due', 'woken_by', actor)
elseif cause == 'person' then
  redis.call('HSET', payment_key, 'quiet', '')
end
if cause == 'person' then remember(operation_key, digest, keep_ms, payment.state) end
hand_over(ctx, payment_id, payment, fresh and text(tonumber(payment.attempt) + 1) or payment.attempt)
return { 'done', payment.state }
