-- fail_payment: the provider did not take the money, or did not say, or what it said cannot be posted. `unknown` and
-- `unavailable` keep the attempt and its step and are asked again: `unavailable` is a state of its own, of which nothing
-- has been charged, unless an earlier asking of the same attempt was not answered. `stuck` is asked for no more. A decline
-- is retried at the given offsets from the payment's start, then given up; a `dead` method is never tried again;
-- `needs_action` waits for a person, unless its card or auto-recharge was given up meanwhile or the balance needs none
-- any more: then it is cancelled first. A recharge that is to wait although none is needed is looked at again at once.
-- `not_charged` is seen with the provider and final: a recharge that was cancelled for such a change goes on as a new
-- attempt, whose claim checks everything; any other payment is over.
-- KEYS: account payment outbox due
-- ARGV: tenant account_id payment_id fence result reason url charge_ref retry_offsets_ms ask_again_ms
-- Output: {'done', state} | {'refused', reason}
-- Event: payment_unknown payment_needs_action payment_stuck recharge_due recharge_cancelled recharge_declined
--   recharge_paused topup_declined
local account_key, payment_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, payment_id, fence, result, reason, url, charge_ref, retry_offsets_ms, ask_again_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
-- include: lib/clock
-- include: lib/account
-- include: lib/payment

local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
if payment.fence ~= fence then return { 'refused', 'fenced' } end
if payment.state ~= 'charging' then return { 'refused', 'not_pending' } end

local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now_ms() }

-- Off the schedule with it, unless what follows puts it on again. Not as the first write: a removal is made even without
-- memory, and only a script's first write can be denied for want of it.
local function set_state(state, ...)
  redis.call('HSET', payment_key, 'state', state, 'reason', reason, 'updated_ms', text(ctx.now),
    'charge_ref', charge_ref ~= '' and charge_ref or payment.charge_ref, ...)
  unwatch(ctx, payment_id)
end

local function tell(kind, ...)
  tell_trouble(ctx, kind, payment_id, payment, reason, ...)
end

-- Hand it to the workers at once, for this attempt number.
local function go_on(attempt)
  watch(ctx, payment_id, ctx.now + WATCH_MS)
  emit(ctx, 'recharge_due', 'payment', payment_id, 'attempt', attempt)
end

-- An empty text would stand for "not paused".
local function pause()
  redis.call('HSET', account_key, 'recharge_paused', reason ~= '' and reason or result)
  tell('recharge_paused')
end

-- Asked to cancel, a provider that declines has cancelled, and one that still waits for the owner has not.
if payment.step == 'cancel' and (result == 'declined' or result == 'dead') then result = 'not_charged' end
if payment.step == 'cancel' and result == 'needs_action' then result = 'unknown' end

if result == 'unknown' or result == 'unavailable' then
  local asks = tonumber(payment.asks) or 0
  local waits_as = (result == 'unavailable' and payment.uncertain == '0') and 'unavailable' or 'unknown'
  set_state(waits_as, 'asks', text(asks + 1))
  watch(ctx, payment_id, ctx.now + math.min(tonumber(ask_again_ms) * 2 ^ asks, 3600000))
  if asks == 0 then tell('payment_unknown') end
  if waits_as == 'unavailable' then look_at_slot(ctx, account) end
  return { 'done', waits_as }
end
if result == 'stuck' then
  set_state('stuck')
  tell('payment_stuck')
  return { 'done', 'stuck' }
end
if result == 'needs_action' and payment.kind == 'recharge'
  and (account.recharge_on ~= '1' or account.method ~= payment.method or not is_needed(account)) then
  set_state('unknown', 'step', 'cancel', 'asks', '0')
  go_on(payment.attempt)
  return { 'done', 'unknown' }
end
if result == 'needs_action' then
  set_state('needs_action', 'url', url)
  tell('payment_needs_action', 'url', url)
  return { 'done', 'needs_action' }
end
if result == 'not_charged' and payment.step == 'cancel' and payment.kind == 'recharge' then
  set_state('due')
  go_on(text(tonumber(payment.attempt) + 1))
  return { 'done', 'due' }
end
if result == 'not_charged' then
  set_state('cancelled')
  tell_not_charged(ctx, account, payment_id, payment)
  return { 'done', 'cancelled' }
end
if result == 'dead' and not is_dead(account, payment.method) then
  account.dead_methods = account.dead_methods .. payment.method .. ' '
  redis.call('HSET', account_key, 'dead_methods', account.dead_methods)
end
if payment.kind == 'topup' then
  set_state('failed')
  tell('topup_declined')
  -- The card that died under a top-up is auto-recharge's as well: it must not be charged for the next one.
  if account.recharge_on == '1' and account.recharge_paused == '' and is_dead(account, account.method) then pause() end
  return { 'done', 'failed' }
end

local offsets = {}
for offset in string.gmatch(retry_offsets_ms, '%d+') do offsets[#offsets + 1] = tonumber(offset) end
local offset = offsets[tonumber(payment.attempt)]
if result == 'declined' and offset then
  local next_ms = math.max(tonumber(payment.created_ms) + offset, ctx.now + 60000)
  set_state('retrying', 'next_ms', text(next_ms))
  watch(ctx, payment_id, next_ms)
  tell('recharge_declined', 'next_ms', text(next_ms))
  look_at_slot(ctx, account)
  return { 'done', 'retrying' }
end
set_state('failed')
close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)
tell('recharge_declined', 'next_ms', '')
pause()
return { 'done', 'failed' }
