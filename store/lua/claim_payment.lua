-- claim_payment: take a payment over before the provider is called. A first or renewed attempt gets the next
-- number, which with the payment's id makes the provider's idempotency key; an attempt whose outcome is unknown
-- keeps its number, so asking again cannot charge again; after 20 h, before the provider forgets the key, it is asked for
-- no more and is stuck. An attempt that the provider did not take (`unavailable`) keeps its number as well, but passes
-- the checks of a new one. Every claim raises the fence. What must not be charged any more ends here: a recharge that
-- was switched off or paused, that the balance does not need now or that a lowered cap forbids, a top-up whose method has
-- died meanwhile.
-- `step` is what the provider is to be asked: charge; find, what has become of the attempt; or cancel, that it never
-- moves money. The last two cannot charge, so they are asked past every check. A charge that may have been made, or not,
-- and that is forbidden now is not asked for again, or it might be made only then: it is cancelled instead.
-- KEYS: account payment outbox due topups
-- ARGV: tenant account_id payment_id wanted_attempt
-- Output: {'claimed', fence, attempt, kind, amount_micros, currency, method, requested_by, step, charge_ref}
--   | {'refused', reason}
-- Event: recharge_started recharge_cancelled topup_declined payment_stuck
local account_key, payment_key, outbox_key, due_key, topups_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, payment_id, wanted_attempt = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
-- include: lib/clock
-- include: lib/account
-- include: lib/payment

local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
local fresh = payment.state == 'due' or payment.state == 'retrying'
local asks_again = payment.state == 'charging' or payment.state == 'unknown'
-- Of these nothing can have been charged yet: whatever forbids a charge forbids it now.
local uncharged = fresh or payment.state == 'unavailable'
if not uncharged and not asks_again then return { 'refused', 'not_pending' } end
-- An event that was overtaken, such as a retry by a person just before the scheduled one, finds its attempt made.
local attempt = fresh and text(tonumber(payment.attempt) + 1) or payment.attempt
if attempt ~= wanted_attempt then return { 'refused', 'not_pending' } end
local step = fresh and 'charge' or payment.step
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now_ms() }

local function cancel(reason)
  redis.call('HSET', payment_key, 'state', 'cancelled', 'updated_ms', text(ctx.now))
  close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)
  unwatch(ctx, payment_id)
  tell_trouble(ctx, 'recharge_cancelled', payment_id, payment, reason)
end

local forbidden = step == 'charge' and unwanted(ctx, account, payment)
local turned = asks_again and forbidden
if turned then step = 'cancel' end
if asks_again and not turned and not may_ask_again(payment, ctx.now) then
  redis.call('HSET', payment_key, 'state', 'stuck', 'reason', 'no_answer', 'updated_ms', text(ctx.now))
  unwatch(ctx, payment_id)
  tell_trouble(ctx, 'payment_stuck', payment_id, payment, 'no_answer')
  return { 'refused', 'not_pending' }
end
if uncharged and forbidden and forbidden ~= 'other_card' then
  cancel(forbidden)
  if forbidden == 'above_cap' then look_at(ctx, ctx.now) end -- with today's figures one may fit; if not, that look tells it
  return { 'refused', forbidden }
end
if uncharged and payment.kind == 'topup' and is_dead(account, payment.method) then
  redis.call('HSET', payment_key, 'state', 'failed', 'reason', 'method_dead', 'updated_ms', text(ctx.now))
  redis.call('ZREM', topups_key, payment_id)
  unwatch(ctx, payment_id)
  tell_trouble(ctx, 'topup_declined', payment_id, payment, 'method_dead')
  return { 'refused', 'method_dead' }
end
local method = (uncharged and payment.kind == 'recharge') and account.method or payment.method
local fence, charge_ref = text(tonumber(payment.fence) + 1), fresh and '' or payment.charge_ref
redis.call('HSET', payment_key, 'state', 'charging', 'attempt', attempt, 'fence', fence, 'method', method,
  'step', step, 'charge_ref', charge_ref, 'asks', (fresh or turned) and '0' or payment.asks,
  'uncertain', asks_again and '1' or '0', 'first_asked_ms', (uncharged or turned) and text(ctx.now) or payment.first_asked_ms,
  'ends', fresh and '' or payment.ends, 'charged', fresh and '' or payment.charged, 'updated_ms', text(ctx.now))
if uncharged and payment.kind == 'recharge' then reserve_in(ctx, payment, payment_key, calendar(ctx.now).month) end
watch(ctx, payment_id, ctx.now + WATCH_MS)
if fresh and attempt == '1' and payment.kind == 'recharge' then
  emit(ctx, 'recharge_started', 'payment', payment_id, 'amount_micros', payment.amount_micros,
    'currency', payment.currency, 'method', method)
end
return { 'claimed', fence, attempt, payment.kind, payment.amount_micros, payment.currency, method, payment.requested_by,
  step, charge_ref }
