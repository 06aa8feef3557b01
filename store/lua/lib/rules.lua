-- What is looked at when a posting is more than a change of numbers: the state of the account, thresholds, recharge,
-- lots, and the epoch of its operations.
-- Uses: lib/wallet, lib/clock, lib/account, lib/lots; the verb's `ctx` and `account`.

-- The highest balance below which something has to be told, opened or refused; `looked`: whether a recharge is due was.
local function least_by_rules(looked)
  if account.state ~= 'open' then return MAX end
  local highest = account.exhausted == '1' and -MAX or 1
  if tonumber(account.halted) <= 0 then highest = math.max(highest, 1 - account.overdraft) end
  for _, level in ipairs(levels_of(account)) do
    if account.low == '' or level < tonumber(account.low) then
      highest = math.max(highest, level)
      break
    end
  end
  if not looked and account.recharge_on == '1' and account.recharge_paused == '' and account.recharge_slot == '' then
    highest = math.max(highest, tonumber(account.recharge_below))
  end
  return highest
end

-- Neither may the lot in use be used up.
local function find_least()
  return math.max(least_by_rules(), balance - left)
end

local function find_till()
  return math.min(first_expiry(), (epoch + 1) * EPOCH_MS)
end

-- Operations of the epoch before are still looked up, those before it are forgotten.
local function turn_epoch()
  local current = floor(now / EPOCH_MS)
  if current <= tonumber(epoch) then return end
  older = current == epoch + 1 and base or version
  base, epoch = version, format('%d', current)
end

-- Before a posting: what time alone has changed.
local function begin()
  -- Without memory only a script's first write is refused, and a removal never is: so the first one is neither.
  call('HSET', account_key, 'state', account.state)
  account.class, account.expires = tonumber(account.class), tonumber(account.expires)
  turn_epoch()
  left = balance - account.bottom
  if left == 0 then
    put_back()
    take_up_next()
  end
  expire_all()
end

-- The rules in lib/account read the balance from the account.
local function sync()
  account.balance, account.version = format('%d', balance), format('%d', version)
end

-- After a debit: thresholds, then recharge, which may open under `payment_id`.
local function settle_down(payment_key, payment_id)
  settle_downwards(ctx, account, balance)
  sync()
  consider_recharge(ctx, account, payment_key, payment_id)
end

-- What is left of the lot in use is kept as the balance at which it will be used up, which a posting leaves as it is.
local function save_account()
  least, till = find_least(), find_till()
  call('HSET', account_key, 'balance', format('%d', balance), 'version', format('%d', version),
    'total:' .. counter, format('%d', total), 'bottom', format('%d', balance - left), 'lot', lot, 'class', account.class,
    'expires', format('%d', account.expires), 'low', account.low, 'exhausted', account.exhausted, 'halted', account.halted,
    'held', account.held, 'least', format('%d', least), 'till', format('%d', till), 'epoch', epoch, 'base', format('%d', base),
    'older', format('%d', older))
end
