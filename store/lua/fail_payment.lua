-- fail_payment: the provider did not take the money, or did not say, or what it said cannot be posted. `unknown` and
-- `unavailable` keep the attempt and its step and are asked again: `unavailable` is a state of its own, of which nothing
-- has been charged, unless an earlier asking of the same attempt was not answered. `stuck` is asked for no more, nor is
-- `not_credited`, a charge that was made and that the ledger refuses. A decline is retried at the given offsets from the
-- payment's start, then given up; a `dead` method is never tried again. `needs_action` waits for a person, and is asked
-- about after an hour, then daily, unless a recharge is not wanted as it stands any more: then it is cancelled first. A
-- recharge that is to wait although none is needed is looked at again at once.
-- `not_charged` is final only as the answer to a cancellation, because what is merely not found may be charged yet by a
-- worker that stood still: until then it is cancelled. A recharge that was cancelled for a change goes on as a new attempt,
-- whose claim checks everything; any other payment is over (`ends`). One that ended `unseen`, on a person's word, is
-- cancelled with the provider after all when an overtaken worker turns up without a clear answer.
-- KEYS: account payment outbox due topups
-- ARGV: tenant account_id payment_id fence result reason url charge_ref retry_offsets_ms ask_again_ms
-- Output: {'done', state} | {'refused', reason}
-- Event: payment_unknown payment_needs_action payment_stuck recharge_due topup_due recharge_cancelled recharge_declined
--   recharge_paused topup_declined
local account_key, payment_key, outbox_key, due_key, topups_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, payment_id, fence, result, reason, url, charge_ref, retry_offsets_ms, ask_again_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
-- include: lib/clock
-- include: lib/account
-- include: lib/payment

-- Its owner may confirm a charge without a word to us: so long it is asked about, from its payment's start.
local HOUR_MS, ASK_OWNER_FOR_MS = 3600000, 30 * DAY_MS

local payment = read_payment(payment_key, account_id)
local account = read_account(account_key)
if not payment or not account then return { 'refused', 'unknown_payment' } end
local unclear = result == 'unknown' or result == 'stuck' or result == 'not_credited'
local reopens = payment.state == 'cancelled' and payment.reason == 'unseen' and unclear
if payment.fence ~= fence and not reopens then return { 'refused', 'fenced' } end
if payment.state ~= 'charging' and not reopens then return { 'refused', 'not_pending' } end

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

-- `ends` is '1' if the payment is over once its charge is seen cancelled.
local function call_off(ends)
  set_state('unknown', 'step', 'cancel', 'asks', '0', 'first_asked_ms', text(ctx.now), 'ends', ends)
  hand_over(ctx, payment_id, payment, payment.attempt)
  return { 'done', 'unknown' }
end

-- An empty text would stand for "not paused".
local function pause()
  redis.call('HSET', account_key, 'recharge_paused', reason ~= '' and reason or result)
  look_at_slot(ctx, account, true)
  tell('recharge_paused')
end

if reopens then
  local answer = call_off('1')
  if payment.kind == 'recharge' then count_in(ctx, payment.month, payment.amount_micros) end
  if payment.kind == 'topup' then redis.call('ZADD', topups_key, payment.created_ms, payment_id) end
  return answer
end
-- Asked to cancel, a provider that declines has cancelled, and one that still waits for the owner has not.
if payment.step == 'cancel' and (result == 'declined' or result == 'dead') then result = 'not_charged' end
if payment.step == 'cancel' and result == 'needs_action' then result = 'unknown' end

if result == 'unknown' or result == 'unavailable' then
  local asks = tonumber(payment.asks) or 0
  local waits_as = (result == 'unavailable' and payment.uncertain == '0') and 'unavailable' or 'unknown'
  set_state(waits_as, 'asks', text(asks + 1))
  watch(ctx, payment_id, ctx.now + math.min(tonumber(ask_again_ms) * 2 ^ asks, HOUR_MS))
  if asks == 0 and payment.quiet ~= '1' then tell('payment_unknown') end
  if waits_as == 'unavailable' then look_at_slot(ctx, account) end
  return { 'done', waits_as }
end
if result == 'stuck' or result == 'not_credited' then
  set_state('stuck', 'charged', result == 'not_credited' and '1' or payment.charged)
  tell('payment_stuck')
  return { 'done', 'stuck' }
end
if result == 'needs_action' and unwanted(ctx, account, payment) then return call_off('') end
if result == 'needs_action' then
  set_state('needs_action', 'url', url)
  if payment.step == 'charge' then
    watch(ctx, payment_id, ctx.now + HOUR_MS)
  elseif ctx.now - tonumber(payment.created_ms) < ASK_OWNER_FOR_MS then
    watch(ctx, payment_id, ctx.now + DAY_MS)
  end
  if payment.quiet ~= '1' then tell('payment_needs_action', 'url', url) end
  return { 'done', 'needs_action' }
end
if result == 'not_charged' and payment.step ~= 'cancel' then return call_off('1') end
if result == 'not_charged' and payment.kind == 'recharge' and payment.ends ~= '1' then
  set_state('due')
  hand_over(ctx, payment_id, payment, text(tonumber(payment.attempt) + 1))
  return { 'done', 'due' }
end
if result == 'not_charged' then
  set_state('cancelled')
  redis.call('ZREM', topups_key, payment_id)
  tell_not_charged(ctx, account, payment_id, payment)
  return { 'done', 'cancelled' }
end
if result == 'dead' and not is_dead(account, payment.method) then
  account.dead_methods = account.dead_methods .. payment.method .. ' '
  redis.call('HSET', account_key, 'dead_methods', account.dead_methods)
end
if payment.kind == 'topup' then
  set_state('failed')
  redis.call('ZREM', topups_key, payment_id)
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
