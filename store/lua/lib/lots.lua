-- Lots: what credit came in by one purchase or grant, with its expiry. Granted credit is used first, then what expires
-- first, then what came first. The lot in use is in the wallet; the others wait in a queue, so that a posting costs the
-- same however many they are. The lots hold together what wallet and holds hold, or nothing while that is negative.
-- Uses: lib/wallet, lib/posting, lib/account; the verb's `ctx` and `account`.
local lots_key, queue_key = account_key .. ':lots', account_key .. ':queue'
local GRANTED, PAID, NEVER = 0, 1, 900000000000000
local DAY = 86400000
local WARN_DAYS = { 30, 7, 1 }
local left = 0 -- of the lot in use; begin() reads it

local function rank(class, expires)
  return format('%d', class * 1e15 + expires)
end

-- Written with leading zeros, lots of one rank are queued in the order in which they came.
local function queued(id)
  return format('%016d', id)
end

local function lot_member(id)
  return 'lot:' .. ctx.tenant .. ':' .. ctx.account_id .. ':' .. id
end

-- left, class, expires
local function read_lot(id)
  local stored = call('HGET', lots_key, id)
  if not stored then return nil end
  local rest, class, expires = string.match(stored, '^(%d+) (%d) (%d+)$')
  return tonumber(rest), tonumber(class), tonumber(expires)
end

local function write_lot(id, rest, class, expires)
  call('HSET', lots_key, id, format('%d %d %d', rest, class, expires))
end

-- A lot that is used up is forgotten; the journal has it.
local function forget(id)
  call('HDEL', lots_key, id)
  call('ZREM', queue_key, queued(id))
  call('ZREM', ctx.due, lot_member(id))
end

-- The lot in use steps back into the queue if anything is left of it.
local function put_back()
  if lot == '' then return end
  if left == 0 then return forget(lot) end
  write_lot(lot, left, account.class, account.expires)
  call('ZADD', queue_key, rank(account.class, account.expires), queued(lot))
end

local function take_up(id, rest, class, expires)
  lot, left, account.class, account.expires = id, rest, class, expires
end

local function take_up_next()
  local first = call('ZRANGE', queue_key, 0, 0)[1]
  if not first then return take_up('', 0, PAID, NEVER) end
  call('ZREM', queue_key, first)
  local id = format('%d', tonumber(first))
  take_up(id, read_lot(id))
end

-- What has expired leaves the wallet, all but what is set aside by holds: those calls were allowed on it. Answers how much
-- of the lot's `rest` has left; whether it opens a recharge is for the schedule to see.
local function expire(id, rest)
  local amount = math.min(rest, math.max(balance, 0))
  if amount == 0 then return 0 end
  enter(-amount, 'expiry', 'wallet', 'expired', format('%d', amount), id, 'system:expiry\texpiry:' .. id .. '\t\t')
  count('expired', amount)
  emit(ctx, 'credit_expired', 'lot', id, 'amount_micros', format('%d', amount), 'balance_micros', format('%d', balance),
    'currency', currency)
  settle_downwards(ctx, account, balance)
  look_at(ctx, now)
  return amount
end

-- Everything whose time is over leaves: the lot in use, then what waits, in the order of use.
local function expire_all()
  while left > 0 and account.expires <= now do
    left = left - expire(lot, left)
    if left > 0 then break end
    put_back()
    take_up_next()
  end
  for class = GRANTED, PAID do
    for _, member in ipairs(call('ZRANGEBYSCORE', queue_key, rank(class, 0), rank(class, now))) do
      local id = format('%d', tonumber(member))
      local rest, _, expires = read_lot(id)
      local gone = expire(id, rest)
      if gone == rest then forget(id) elseif gone > 0 then write_lot(id, rest - gone, class, expires) end
    end
  end
end

-- When the first of all lots expires.
local function first_expiry()
  local first = account.expires
  for class = GRANTED, PAID do
    local found = call('ZRANGEBYSCORE', queue_key, rank(class, 0), rank(class, NEVER), 'WITHSCORES', 'LIMIT', 0, 1)
    if found[2] then first = math.min(first, found[2] - class * 1e15) end
  end
  return first
end

-- Take `amount` out of the lots; answers which paid: "17", or "17=500 18=300 -=200", where "-" is what none could pay.
local function consume(amount)
  local paid = {}
  while amount > 0 do
    if lot == '' then
      paid[#paid + 1] = '-=' .. format('%d', amount)
      break
    end
    local part = math.min(left, amount)
    if part > 0 then
      left, amount = left - part, amount - part
      if amount == 0 and #paid == 0 then return lot end
      paid[#paid + 1] = lot .. '=' .. format('%d', part)
    end
    if left == 0 and amount > 0 then
      put_back()
      take_up_next()
    end
  end
  return table.concat(paid, ' ')
end

-- When to look at a lot: at the next warning ahead or at its end, and then again while it cannot leave.
local function look_at_lot(id, expires)
  local at_ms = expires > now and expires or now + 60000
  for _, days in ipairs(WARN_DAYS) do
    if expires - days * DAY > now then
      at_ms = expires - days * DAY
      break
    end
  end
  call('ZADD', ctx.due, format('%d', at_ms), lot_member(id))
end

-- Credit comes in: it first pays the usage that nothing has paid yet, the rest is a lot named after its entry's version.
-- Called before `enter`; answers what the entry says about lots: "17/1/1830000000000", its class and expiry after its name,
-- or "-=200 17/1/1830000000000=300" where 200 paid for usage.
local function add_lot(amount, class, expires)
  local unpaid = math.max(0, -(balance + tonumber(account.held)))
  local rest = amount - math.min(unpaid, amount)
  if rest == 0 then return '-=' .. format('%d', amount) end
  local id = format('%d', version + 1)
  if left == 0 then
    put_back()
    take_up_next()
  end
  if lot == '' or tonumber(rank(class, expires)) < tonumber(rank(account.class, account.expires)) then
    put_back()
    take_up(id, rest, class, expires)
  else
    call('ZADD', queue_key, rank(class, expires), queued(id))
  end
  write_lot(id, rest, class, expires)
  if expires < NEVER then look_at_lot(id, expires) end
  local named = format('%s/%d/%d', id, class, expires)
  if rest == amount then return named end
  return '-=' .. format('%d', amount - rest) .. ' ' .. named .. '=' .. format('%d', rest)
end
