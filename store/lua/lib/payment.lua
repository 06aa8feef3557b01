-- A payment's record: one recharge or top-up with its attempts.
-- Uses: lib/account.

local PAYMENT = { 'kind', 'account', 'state', 'attempt', 'fence', 'asks', 'amount_micros', 'currency', 'method', 'month',
  'requested_by', 'channel', 'created_ms', 'first_asked_ms', 'uncertain', 'step', 'charge_ref', 'reason', 'ends', 'charged',
  'quiet', 'cancelled_by' }

-- nil where there is none, and where it is another account's.
local function read_payment(key, account_id)
  local values = redis.call('HMGET', key, unpack(PAYMENT))
  if not values[1] then return nil end
  local payment = {}
  for i, name in ipairs(PAYMENT) do payment[name] = values[i] or '' end
  if payment.account ~= account_id then return nil end
  if payment.step == '' then payment.step = 'charge' end -- nothing else was ever asked where no step is kept
  return payment
end

-- Why a recharge must not be charged as it stands: nil, or the reason. With `other_card` it may be, to that card.
local function unwanted(ctx, account, payment)
  if payment.kind ~= 'recharge' then return nil end
  if account.recharge_on ~= '1' or account.recharge_paused ~= '' or account.state ~= 'open' then return 'recharge_off' end
  if not is_needed(account) then return 'not_needed' end
  local month = calendar(ctx.now).month
  local more = payment.month == month and 0 or tonumber(payment.amount_micros)
  if used_in(ctx, month) + more > tonumber(account.recharge_cap) then return 'above_cap' end
  if account.method ~= payment.method then return 'other_card' end
end

-- A recharge's reservation moves to the month that it is charged or credited in.
local function reserve_in(ctx, payment, payment_key, month)
  if payment.month == month then return end
  count_in(ctx, month, payment.amount_micros)
  count_in(ctx, payment.month, '-' .. payment.amount_micros)
  redis.call('HSET', payment_key, 'month', month)
end

-- Hand it to the workers, for this attempt number.
local function hand_over(ctx, payment_id, payment, attempt)
  watch(ctx, payment_id, ctx.now + WATCH_MS)
  emit(ctx, payment.kind == 'recharge' and 'recharge_due' or 'topup_due', 'payment', payment_id, 'attempt', attempt)
end

-- A provider keeps an idempotency key for a day at least: asked again well inside it, a charge is not made twice. Of what
-- moves no money a person is told after as long.
local ASK_FOR_MS = 72000000

local function may_ask_again(payment, now)
  return now - (tonumber(payment.first_asked_ms) or tonumber(payment.created_ms)) < ASK_FOR_MS
end

-- Tell what became of a payment that did not go through, or not yet.
local function tell_trouble(ctx, kind, payment_id, payment, reason, ...)
  emit(ctx, kind, 'payment', payment_id, 'kind', payment.kind, 'amount_micros', payment.amount_micros,
    'currency', payment.currency, 'method', payment.method, 'reason', reason, 'attempt', payment.attempt,
    'by', payment.requested_by, 'channel', payment.channel, ...)
end

-- The provider has not charged this payment and never will: it is over, and a recharge may open again. A top-up's event
-- names who asked for it; a recharge's, which nobody asked for, who has looked, if a person has.
local function tell_not_charged(ctx, account, payment_id, payment)
  if payment.kind == 'topup' then
    return tell_trouble(ctx, 'topup_declined', payment_id, payment, 'not_charged')
  end
  close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)
  look_at(ctx, ctx.now)
  payment.requested_by = payment.cancelled_by
  tell_trouble(ctx, 'recharge_cancelled', payment_id, payment, 'not_charged')
end
