-- request_topup: record that a person wants to add credit; the charge is made by whoever claims the payment.
-- KEYS: account operation outbox due payment topups
-- ARGV: tenant account_id operation_id digest amount_micros currency method actor channel keep_ms payment_id
-- Output: {'done' | 'repeated', payment_id} | {'refused', reason}
-- Event: topup_due
local account_key, operation_key, outbox_key, due_key, payment_key, topups_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, operation_id, digest, amount_micros, currency, method, actor, channel, keep_ms, payment_id =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
local account = read_account(account_key)
if not account then return { 'refused', 'unknown_account' } end
if account.currency ~= currency then return { 'refused', 'currency_mismatch' } end
if not string.find(amount_micros, '^[1-9]%d*$') then return { 'refused', 'amount_invalid' } end
if account.state == 'closed' then return { 'refused', 'account_closed' } end
if is_dead(account, method) then return { 'refused', 'method_dead' } end

local ctx = { outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id, now = now_ms() }
redis.call('HSET', payment_key, 'id', payment_id, 'kind', 'topup', 'account', account_id,
  'amount_micros', amount_micros, 'currency', currency, 'method', method, 'state', 'due', 'attempt', '0',
  'fence', '0', 'asks', '0', 'requested_by', actor, 'channel', channel, 'operation', operation_id,
  'created_ms', text(ctx.now))
remember(operation_key, digest, keep_ms, payment_id)
redis.call('ZADD', topups_key, text(ctx.now), payment_id)
watch(ctx, payment_id, ctx.now + WATCH_MS)
emit(ctx, 'topup_due', 'payment', payment_id, 'attempt', '1')
return { 'done', payment_id }
