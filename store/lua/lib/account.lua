-- An account's record, the events it appends, and the rules that hold after every change of balance or policy.
-- Uses: lib/clock. Every function named `will_*` only reads and decides; the others write.

local MAX = 9007199254740991
local FIELDS = {
  'currency', 'state', 'balance', 'held', 'overdraft', 'version', 'bottom', 'class', 'expires',
  'levels', 'low', 'exhausted', 'halted', 'method', 'dead_methods',
  'recharge_on', 'recharge_amount', 'recharge_below', 'recharge_cap', 'recharge_paused', 'recharge_slot',
  'recharge_cooldown_ms', 'recharge_per_day', 'recharge_day', 'recharge_day_count',
  'recharge_last_ms', 'recharge_told', 'recharge_wait',
}

local function text(number)
  return string.format('%.0f', number)
end

-- Whether services take no new calls. On an account on which nothing has happened yet they have never begun to.
local function are_halted(account, balance)
  return account.state ~= 'open' or balance <= -tonumber(account.overdraft)
end

local function read_account(key)
  local values = redis.call('HMGET', key, unpack(FIELDS))
  if not values[1] then return nil end
  local account = {}
  for i, name in ipairs(FIELDS) do account[name] = values[i] or '' end
  if account.halted == '' then -- never kept yet: '1' is since when nobody knows
    local halted = are_halted(account, tonumber(account.balance)) and (account.version ~= '0' or account.state ~= 'open')
    account.halted = halted and '1' or '0'
  end
  return account
end

-- ctx = { account_key, outbox, due, tenant, account_id, now }
local function emit(ctx, kind, ...)
  redis.call('XADD', ctx.outbox, '*', 'type', kind, 'tenant', ctx.tenant, 'account', ctx.account_id,
    'at_ms', text(ctx.now), ...)
end

local function levels_of(account)
  local levels = {}
  for level in string.gmatch(account.levels, '%d+') do levels[#levels + 1] = tonumber(level) end
  return levels -- descending, as the policy was saved
end

-- That services stop or go on is told once each. `halted` keeps since when they are stopped, or, below zero, since when they
-- go on again; '0' if they never were stopped.
local function halt_services(ctx, account, balance)
  if tonumber(account.halted) > 0 or not are_halted(account, balance) then return end
  account.halted = text(ctx.now)
  emit(ctx, 'services_halted', 'reason', account.state == 'open' and 'exhausted' or account.state,
    'balance_micros', text(balance), 'overdraft_micros', account.overdraft, 'currency', account.currency)
end

local function resume_services(ctx, account, balance, cause)
  if tonumber(account.halted) <= 0 or are_halted(account, balance) then return end
  account.halted = text(-ctx.now)
  emit(ctx, 'services_resumed', 'cause', cause, 'balance_micros', text(balance),
    'overdraft_micros', account.overdraft, 'currency', account.currency)
end

-- Upwards: levels are armed again; leaving exhaustion or the last level is told once.
local function settle_upwards(ctx, account, balance, cause)
  local was_low, was_exhausted = account.low ~= '', account.exhausted == '1'
  if was_low then
    account.low = ''
    for _, level in ipairs(levels_of(account)) do
      if balance < level then account.low = text(level) end
    end
  end
  if was_exhausted and balance > 0 then account.exhausted = '0' end
  local left_exhaustion = was_exhausted and account.exhausted == '0'
  if left_exhaustion or (was_low and account.low == '') then
    emit(ctx, 'balance_recovered', 'balance_micros', text(balance), 'currency', account.currency,
      'level_micros', account.low, 'was_exhausted', was_exhausted and '1' or '0', 'cause', cause)
  end
  resume_services(ctx, account, balance, cause)
end

-- Downwards: each level crossed, in order, then zero; each once until it is armed again.
local function settle_downwards(ctx, account, balance)
  for _, level in ipairs(levels_of(account)) do
    if balance < level and (account.low == '' or level < tonumber(account.low)) then
      account.low = text(level)
      emit(ctx, 'balance_low', 'level_micros', account.low, 'balance_micros', text(balance),
        'currency', account.currency)
    end
  end
  if balance <= 0 and account.exhausted ~= '1' then
    account.exhausted = '1'
    emit(ctx, 'balance_exhausted', 'balance_micros', text(balance), 'currency', account.currency)
  end
  halt_services(ctx, account, balance)
end

-- What a month has recharged or reserved of its cap. Each month has its own count for ever, so that a clock that goes
-- over a month's edge and back finds both as they were.
local function used_in(ctx, month)
  return tonumber(redis.call('HGET', ctx.account_key, 'recharge_used:' .. month)) or 0
end

local function count_in(ctx, month, micros)
  redis.call('HINCRBY', ctx.account_key, 'recharge_used:' .. month, micros)
end

-- What keeps a recharge from opening now: nil, or reason, when to look again (nil: never by itself).
local function will_wait(ctx, account, calendar_now, now, amount)
  local used = used_in(ctx, calendar_now.month)
  if used + amount > tonumber(account.recharge_cap) then return 'monthly_cap', calendar_now.next_month_ms end
  local count = account.recharge_day == calendar_now.day and tonumber(account.recharge_day_count) or 0
  if count >= tonumber(account.recharge_per_day) then return 'daily_limit', calendar_now.next_day_ms end
  local free_ms = (tonumber(account.recharge_last_ms) or 0) + tonumber(account.recharge_cooldown_ms)
  if account.recharge_last_ms ~= '' and now < free_ms then return 'cool_down', free_ms end
  return nil
end

-- The schedule looks at that time whether a recharge is due.
local function look_at(ctx, at_ms)
  redis.call('ZADD', ctx.due, text(at_ms), 'check:' .. ctx.tenant .. ':' .. ctx.account_id)
end

-- Kept until a recharge opens or settings change; read only while one is due, so a credit leaves it as it is.
local function tell_wait(ctx, account, reason, again_ms, period)
  look_at(ctx, again_ms)
  local wait = reason .. ':' .. text(again_ms)
  if account.recharge_wait ~= wait then redis.call('HSET', ctx.account_key, 'recharge_wait', wait) end
  local told = reason .. ':' .. period
  if reason == 'cool_down' or account.recharge_told == told then return end
  account.recharge_told = told
  redis.call('HSET', ctx.account_key, 'recharge_told', told)
  emit(ctx, 'recharge_blocked', 'reason', reason, 'amount_micros', account.recharge_amount,
    'cap_micros', account.recharge_cap, 'per_day', account.recharge_per_day, 'currency', account.currency)
end

-- The schedule looks at a payment at this time, whatever becomes of the events about it.
local WATCH_MS = 600000

local function watched(ctx, payment_id)
  return 'payment:' .. ctx.tenant .. ':' .. ctx.account_id .. ':' .. payment_id
end

local function watch(ctx, payment_id, at_ms)
  redis.call('ZADD', ctx.due, text(at_ms), watched(ctx, payment_id))
end

local function unwatch(ctx, payment_id)
  redis.call('ZREM', ctx.due, watched(ctx, payment_id))
end

-- A recharge is for a balance below the trigger, strictly.
local function is_needed(account)
  return tonumber(account.balance) < tonumber(account.recharge_below)
end

-- The schedule looks at the open recharge at once: for new settings (`anyway`), or because the balance needs none now.
-- What waits is then ended, or cancelled with the provider first; what is being charged goes on.
local function look_at_slot(ctx, account, anyway)
  if account.recharge_slot == '' or (is_needed(account) and not anyway) then return end
  redis.call('ZADD', ctx.due, text(ctx.now),
    'settings:' .. ctx.tenant .. ':' .. ctx.account_id .. ':' .. account.recharge_slot)
end

-- Open the one recharge slot if the balance is below the trigger and nothing forbids it: a frozen or closed account buys
-- nothing by itself.
-- payment_key names a record that does not exist yet; it is used only when the slot opens.
local function consider_recharge(ctx, account, payment_key, payment_id)
  if account.recharge_on ~= '1' or account.recharge_paused ~= '' or account.recharge_slot ~= '' then return end
  if account.state ~= 'open' or not is_needed(account) then return end
  local today = calendar(ctx.now)
  local amount = tonumber(account.recharge_amount)
  -- A clock that was ahead and went back must not keep the cool-down waiting until it is there again.
  if (tonumber(account.recharge_last_ms) or 0) > ctx.now then
    account.recharge_last_ms = text(ctx.now)
    redis.call('HSET', ctx.account_key, 'recharge_last_ms', account.recharge_last_ms)
  end
  local reason, again_ms = will_wait(ctx, account, today, ctx.now, amount)
  if reason then
    return tell_wait(ctx, account, reason, again_ms, reason == 'monthly_cap' and today.month or today.day)
  end
  local count = account.recharge_day == today.day and tonumber(account.recharge_day_count) or 0
  account.recharge_slot = payment_id
  redis.call('HSET', ctx.account_key, 'recharge_slot', payment_id, 'recharge_last_ms', text(ctx.now),
    'recharge_day', today.day, 'recharge_day_count', text(count + 1), 'recharge_wait', '')
  count_in(ctx, today.month, account.recharge_amount)
  redis.call('HSET', payment_key, 'id', payment_id, 'kind', 'recharge', 'account', ctx.account_id,
    'amount_micros', account.recharge_amount, 'currency', account.currency, 'method', account.method,
    'state', 'due', 'attempt', '0', 'fence', '0', 'month', today.month, 'created_ms', text(ctx.now))
  watch(ctx, payment_id, ctx.now + WATCH_MS)
  emit(ctx, 'recharge_due', 'payment', payment_id, 'attempt', '1')
end

-- The slot's end: it is free again; what a failed recharge had reserved of the month's cap is given back.
local function close_slot(ctx, account, payment_id, refund_micros, refund_month)
  if account.recharge_slot == payment_id then
    account.recharge_slot = ''
    redis.call('HSET', ctx.account_key, 'recharge_slot', '', 'least', text(MAX))
  end
  if refund_micros ~= '0' then count_in(ctx, refund_month, '-' .. refund_micros) end
end

local function is_dead(account, method)
  return string.find(' ' .. account.dead_methods, ' ' .. method .. ' ', 1, true) ~= nil
end
