-- claim_payment: take a payment over before the provider is called. A first or renewed attempt gets the next
-- number, which with the payment's id makes the provider's idempotency key; an attempt whose outcome is unknown
-- keeps its number, so asking again cannot charge again. Every claim raises the fence. What must not be charged
-- any more ends here: a recharge that was switched off or paused, a top-up whose method has died meanwhile.
-- KEYS: account payment outbox
-- ARGV: tenant account_id payment_id wanted_attempt
-- Output: {'claimed', fence, attempt, kind, amount_micros, currency, method, requested_by} | {'refused', reason}
-- Event: recharge_started topup_declined
local account_key, payment_key, outbox_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, payment_id, wanted_attempt = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
-- include: lib/clock
-- include: lib/account
-- include: lib/payment

local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
local fresh = payment.state == 'due' or payment.state == 'retrying'
if not fresh and payment.state ~= 'charging' and payment.state ~= 'unknown' then return { 'refused', 'not_pending' } end
-- An event that was overtaken, such as a retry by a person just before the scheduled one, finds its attempt made.
local attempt = fresh and text(tonumber(payment.attempt) + 1) or payment.attempt
if attempt ~= wanted_attempt then return { 'refused', 'not_pending' } end

local ctx = { account_key = account_key, outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
if fresh and payment.kind == 'recharge' and (account.recharge_on ~= '1' or account.recharge_paused ~= '') then
  redis.call('HSET', payment_key, 'state', 'cancelled', 'updated_ms', text(ctx.now))
  close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)
  return { 'refused', 'recharge_off' }
end
if fresh and payment.kind == 'topup' and is_dead(account, payment.method) then
  redis.call('HSET', payment_key, 'state', 'failed', 'reason', 'method_dead', 'updated_ms', text(ctx.now))
  tell_trouble(ctx, 'topup_declined', payment_id, payment, 'method_dead')
  return { 'refused', 'method_dead' }
end
local method = (fresh and payment.kind == 'recharge') and account.method or payment.method
local fence = text(tonumber(payment.fence) + 1)
redis.call('HSET', payment_key, 'state', 'charging', 'attempt', attempt, 'fence', fence, 'method', method,
  'asks', fresh and '0' or payment.asks, 'updated_ms', text(ctx.now))
if fresh and attempt == '1' and payment.kind == 'recharge' then
  emit(ctx, 'recharge_started', 'payment', payment_id, 'amount_micros', payment.amount_micros,
    'currency', payment.currency, 'method', method)
end
return { 'claimed', fence, attempt, payment.kind, payment.amount_micros, payment.currency, method, payment.requested_by }
