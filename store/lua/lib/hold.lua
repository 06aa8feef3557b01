-- Holds: credit set aside for a call in progress, moved from the ledger account `wallet` to `holds`. A hold resolves once:
-- captured, released or expired; the late capture of an expired one still records its usage.
-- Uses: lib/wallet, lib/posting, lib/account, lib/lots, lib/rules; the verb's hold_key, holds_key, hold_id, ctx, account.

local function hold_member()
  return 'hold:' .. ctx.tenant .. ':' .. ctx.account_id .. ':' .. hold_id
end

-- state, amount, expiry, service; nil where there is none.
local function read_hold()
  local record = call('HMGET', hold_key, 'state', 'amount', 'expires_ms', 'service')
  if not record[1] then return nil end
  return record[1], tonumber(record[2]), tonumber(record[3]), record[4] or 'calls'
end

-- Whether `amount` may be set aside beside what is, for calls of that service.
local function refusal(amount, service)
  if account.state ~= 'open' then return 'refused account_' .. account.state end
  if call('HEXISTS', account_key, 'stopped:' .. service) == 1 then return 'refused service_stopped' end
  if amount > 0 and balance - amount < -tonumber(account.overdraft) then return 'refused insufficient_credit' end
  if account.held + amount > MAX then return 'refused balance_limit' end
end

local function set_aside(amount, micros, note)
  account.held = format('%d', account.held + amount)
  return enter(-amount, 'hold', 'wallet', 'holds', micros, '', note)
end

-- The schedule looks at it when its time is over.
local function keep_until(expires_ms)
  call('ZADD', holds_key, expires_ms, hold_id)
  call('ZADD', ctx.due, expires_ms, hold_member())
end

-- What was set aside goes back into the wallet.
local function give_back(amount, note)
  account.held = format('%d', account.held - amount)
  return enter(amount, 'release', 'holds', 'wallet', format('%d', amount), '', note)
end

local function resolve(fate)
  -- include: lib/over
end

-- After credit was given back: lots that had only not expired because it was set aside leave. Then thresholds, once: they
-- may be armed again, and after a capture crossed as well; and the open recharge may be needless now.
local function settle(cause)
  expire_all()
  settle_downwards(ctx, account, balance)
  settle_upwards(ctx, account, balance, cause)
  sync()
  look_at_slot(ctx, account)
end

-- An operation's outcome is known by where its entry has left the place of its mark.
local function remember_posted(mark, contents, outcome)
  local _, place_key = recall(mark)
  call('HSET', place_key, mark, contents .. outcome)
  return 'posted ' .. outcome
end
