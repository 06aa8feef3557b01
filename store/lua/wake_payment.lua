-- wake_payment: hand a waiting payment to the workers again, because its time has come or a person says so.
-- KEYS: payment outbox due
-- ARGV: tenant account_id payment_id attempt actor
-- Output: {'done', state} | {'refused', reason}
-- Event: recharge_due topup_due
-- `attempt` is empty for the schedule; a person's button names the attempt it was shown for, so that a second
-- press finds it gone.
local payment_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, payment_id, attempt, actor = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
-- include: lib/clock
-- include: lib/account
-- include: lib/payment

local payment = read_payment(payment_key, account_id)
local by_person = attempt ~= ''
if not payment then
  redis.call('ZREM', due_key, 'payment:' .. tenant .. ':' .. account_id .. ':' .. payment_id)
  return { 'refused', 'unknown_payment' }
end
local waits = payment.state == 'retrying' or payment.state == 'unknown'
  or (by_person and payment.state == 'needs_action')
if not waits or (by_person and attempt ~= payment.attempt) then
  if not by_person then redis.call('ZREM', due_key, 'payment:' .. tenant .. ':' .. account_id .. ':' .. payment_id) end
  return { 'refused', 'not_pending' }
end

local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
if by_person then
  redis.call('HSET', payment_key, 'state', payment.state == 'unknown' and 'unknown' or 'due', 'woken_by', actor)
end
redis.call('ZREM', due_key, 'payment:' .. tenant .. ':' .. account_id .. ':' .. payment_id)
local next_attempt = payment.state == 'unknown' and payment.attempt or text(tonumber(payment.attempt) + 1)
emit(ctx, payment.kind == 'recharge' and 'recharge_due' or 'topup_due', 'payment', payment_id, 'attempt', next_attempt)
return { 'done', payment.state }
