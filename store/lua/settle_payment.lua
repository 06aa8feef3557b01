-- settle_payment: the provider has the money: credit it. One credit per charge, whoever reports it and however
-- often, because the operation is the provider's own id of the charge.
-- KEYS: account journal operation outbox due payment next_payment topups
-- ARGV: tenant account_id digest amount_micros wanted memo keep_ms payment_id next_payment_id charge_ref counter
--   operation_id lifetime_ms
-- Output: 'posted <entry> <after>' | 'repeated <entry> <after>' | 'refused <reason>'
-- Event: recharged topped_up balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired
--   recharge_due recharge_blocked
local account_key, journal_key, operation_key, outbox_key, due_key, payment_key, next_payment_key, topups_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local tenant, account_id, digest, amount_micros, wanted, memo, keep_ms, payment_id, next_payment_id, charge_ref, counter,
  operation_id, lifetime_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10],
  ARGV[11], ARGV[12], ARGV[13]
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/operation
-- include: lib/payment

local known = seen(operation_key, digest)
if known then return table.concat(known, ' ') end
local payment = read_payment(payment_key, account_id)
if not payment then return 'refused unknown_payment' end
if currency ~= wanted then return 'refused currency_mismatch' end
if not canonical(amount_micros) then return 'refused amount_invalid' end
local amount = tonumber(amount_micros)
account = read_account(account_key)
if balance + account.held + amount > MAX or total - amount < -MAX then return 'refused balance_limit' end

begin()
local actor = payment.requested_by ~= '' and payment.requested_by or 'system:recharge'
local lots = add_lot(amount, PAID, now + tonumber(lifetime_ms))
local note = table.concat({ actor, operation_id, payment_id, memo }, '\t')
local outcome = enter(amount, payment.kind, counter, 'wallet', amount_micros, lots, note)
count(counter, -amount)
local entry = string.match(outcome, '^%S+')
remember(operation_key, digest, keep_ms, outcome)
redis.call('HSET', payment_key, 'state', 'succeeded', 'charge_ref', charge_ref, 'entry', entry,
  'updated_ms', text(ctx.now))
close_slot(ctx, account, payment_id, '0', '')
unwatch(ctx, payment_id)
redis.call('ZREM', topups_key, payment_id)
-- A reservation covers one charge: a success after the failure was told, or a second one, counts all the same. The month
-- is that of the credit.
local month = calendar(ctx.now).month
local uncovered = payment.state == 'failed' or payment.state == 'cancelled' or payment.state == 'succeeded'
if payment.kind == 'recharge' and uncovered then
  count_in(ctx, month, payment.amount_micros)
elseif payment.kind == 'recharge' then
  reserve_in(ctx, payment, payment_key, month)
end
emit(ctx, payment.kind == 'recharge' and 'recharged' or 'topped_up', 'payment', payment_id, 'entry', entry,
  'amount_micros', amount_micros, 'balance_micros', text(balance), 'currency', currency,
  'method', payment.method, 'by', payment.requested_by, 'channel', payment.channel)
settle_upwards(ctx, account, balance, payment.kind)
sync()
look_at_slot(ctx, account) -- another payment's: this one's is free
consider_recharge(ctx, account, next_payment_key, next_payment_id)
save_account()
return 'posted ' .. outcome
