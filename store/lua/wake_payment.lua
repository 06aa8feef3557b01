-- wake_payment: hand a waiting payment to the workers again, because its time has come (`schedule`), because a person
-- says so, or because of a change: new settings may let it go on or end it, a credit may have made it needless. The
-- schedule also looks after payments whose event or worker was lost. What waits for its owner may be confirmed at any
-- moment, and what is stuck may have been charged: both keep their attempt, and the provider is asked what has become of
-- it, or, after a change, to cancel it.
-- KEYS: payment operation outbox due
-- ARGV: tenant account_id operation_id digest keep_ms payment_id cause attempt actor
-- Output: {'done' | 'repeated', state} | {'refused', reason}
-- Event: recharge_due topup_due
-- `cause` is schedule, person or settings, which stands for both changes. A person's button names the attempt that it was
-- shown for, so that a press on an old message finds it gone; it alone is remembered, so that its repeat after a lost
-- reply is told from a second press.
local payment_key, operation_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, operation_id, digest, keep_ms, payment_id, cause, attempt, actor =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- include: lib/clock
-- include: lib/account
-- include: lib/posting
-- include: lib/payment

local WAITS = {
  schedule = { retrying = true, unavailable = true, unknown = true, due = true, charging = true },
  person = { retrying = true, unavailable = true, unknown = true, needs_action = true, stuck = true },
  settings = { retrying = true, unavailable = true, needs_action = true },
}
-- The next step of what may have been charged, or may be yet.
local STEPS = { schedule = {}, person = { needs_action = 'find', stuck = 'find' }, settings = { needs_action = 'cancel' } }

local known = cause == 'person' and seen(operation_key, digest)
if known then return known end
local payment = read_payment(payment_key, account_id)
local ctx = { outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id, now = now_ms() }
if cause == 'settings' then redis.call('ZREM', due_key, 'settings:' .. tenant .. ':' .. account_id .. ':' .. payment_id) end
if not payment then
  unwatch(ctx, payment_id)
  return { 'refused', 'unknown_payment' }
end
if not WAITS[cause][payment.state] or (cause == 'person' and attempt ~= payment.attempt) then
  if cause == 'schedule' then unwatch(ctx, payment_id) end
  return { 'refused', 'not_pending' }
end

local fresh, step = payment.state == 'due' or payment.state == 'retrying', STEPS[cause][payment.state]
if step then
  redis.call('HSET', payment_key, 'state', 'unknown', 'step', step, 'asks', '0', 'woken_by', actor)
elseif fresh and cause ~= 'schedule' then
  redis.call('HSET', payment_key, 'state', 'due', 'woken_by', actor)
end
watch(ctx, payment_id, ctx.now + WATCH_MS)
if cause == 'person' then remember(operation_key, digest, keep_ms, payment.state) end
local next_attempt = fresh and text(tonumber(payment.attempt) + 1) or payment.attempt
emit(ctx, payment.kind == 'recharge' and 'recharge_due' or 'topup_due', 'payment', payment_id, 'attempt', next_attempt)
return { 'done', payment.state }
