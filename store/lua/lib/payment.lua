-- A payment's record: one recharge or top-up with its attempts.
-- Uses: lib/account.

local PAYMENT = { 'kind', 'account', 'state', 'attempt', 'fence', 'asks', 'amount_micros', 'currency', 'method', 'month',
  'requested_by', 'channel', 'created_ms', 'first_asked_ms', 'uncertain', 'step', 'charge_ref' }

-- nil where there is none, and where it is another account's.
local function read_payment(key, account_id)
  local values = redis.call('HMGET', key, unpack(PAYMENT))
  if not values[1] then return nil end
  local payment = {}
  for i, name in ipairs(PAYMENT) do payment[name] = values[i] or '' end
  if payment.account ~= account_id then return nil end
  return payment
end

-- May a recharge still be charged under the month's cap? Its reservation moves to the month that it is charged in.
local function reserve_now(ctx, account, payment, payment_key, today)
  local used, cap = used_in(ctx, today.month), tonumber(account.recharge_cap)
  if payment.month == today.month then return used <= cap end
  if used + tonumber(payment.amount_micros) > cap then return false end
  count_in(ctx, today.month, payment.amount_micros)
  count_in(ctx, payment.month, '-' .. payment.amount_micros)
  redis.call('HSET', payment_key, 'month', today.month)
  return true
end

-- A provider keeps an idempotency key for a day at least: asked again well inside it, a charge is not made twice.
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

-- The provider has not charged this payment and never will: it is over, and a recharge may open again.
local function tell_not_charged(ctx, account, payment_id, payment)
  if payment.kind == 'topup' then
    return tell_trouble(ctx, 'topup_declined', payment_id, payment, 'not_charged')
  end
  close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)
  look_at(ctx, ctx.now)
  tell_trouble(ctx, 'recharge_cancelled', payment_id, payment, 'not_charged')
end
