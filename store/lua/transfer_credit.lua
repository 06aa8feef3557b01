-- transfer_credit: move available credit to another account of the workspace. Each lot's part arrives as a lot of the same
-- class and expiry: one entry on the giver's side, one for each part on the taker's, which refers to the giver's.
-- KEYS: account journal taker_account taker_journal outbox due payment
-- ARGV: tenant account_id taker_id mark contents amount_micros wanted payment_id actor operation_id memo
-- Output: 'posted <entry> <after>' | 'repeated <entry> <after>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired recharge_due
--   recharge_blocked
local account_key, journal_key, taker_account_key, taker_journal_key, outbox_key, due_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local tenant, account_id, taker_id, mark, contents, amount_micros, wanted, payment_id, actor, operation_id, memo =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
-- So many lots' parts at most in one transfer, so that it does not keep others waiting.
local MOST = 50
-- include: lib/clock
-- include: lib/account

-- One side of the transfer: an account with its wallet, journal and lots, and what is done to them. Unknown: its refusal.
local function side_of(account_key, journal_key, account_id, other_id)
  local counter = 'transfer:' .. other_id
  -- include: lib/wallet
  local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
    now = now }
  local account = read_account(account_key)
  -- include: lib/posting
  -- include: lib/lots
  -- include: lib/rules

  local function refusal(change)
    if currency ~= wanted then return 'refused currency_mismatch' end
    if account.state ~= 'open' then return 'refused account_' .. account.state end
    if balance + account.held + change > MAX or math.abs(total - change) > MAX then return 'refused balance_limit' end
  end

  -- rest, class, expires, of the lot in use as well
  local function look_into(id)
    if id ~= lot then return read_lot(id) end
    return balance - account.bottom, tonumber(account.class), tonumber(account.expires)
  end

  -- What is left of the balance once begin() has let leave what has expired.
  local function available()
    local rest = tonumber(account.expires) <= now and balance - account.bottom or 0
    for class = GRANTED, PAID do
      for _, each in ipairs(call('ZRANGEBYSCORE', queue_key, rank(class, 0), rank(class, now))) do
        rest = rest + read_lot(format('%d', tonumber(each)))
      end
    end
    return balance - math.min(rest, math.max(balance, 0))
  end

  -- The parts of lots that make up `amount`, in order of use, without what has expired. Else the refusal.
  local function offer(amount)
    if available() < amount then return nil, 'refused insufficient_credit' end
    local ids, parts = {}, {}
    if balance > tonumber(account.bottom) then ids[1] = lot end
    for class = GRANTED, PAID do
      local from, to = '(' .. rank(class, now), rank(class, NEVER)
      for _, each in ipairs(call('ZRANGEBYSCORE', queue_key, from, to, 'LIMIT', 0, MOST)) do
        ids[#ids + 1] = format('%d', tonumber(each))
      end
    end
    for _, id in ipairs(ids) do
      local rest, class, expires = look_into(id)
      if expires > now then
        if #parts == MOST then return nil, 'refused lots_too_many' end
        parts[#parts + 1] = { id = id, micros = math.min(rest, amount), rest = rest, class = class, expires = expires }
        amount = amount - parts[#parts].micros
        if amount == 0 then break end
      end
    end
    return parts
  end

  local function give(amount, parts)
    begin()
    local paid = {}
    for i, part in ipairs(parts) do
      paid[i] = part.id .. '=' .. format('%d', part.micros)
      if part.id == lot then
        left = left - part.micros
      elseif part.rest == part.micros then
        forget(part.id)
      else
        write_lot(part.id, part.rest - part.micros, part.class, part.expires)
      end
    end
    local _, place_key = recall(mark) -- an expiry may have moved the place
    local note = table.concat({ actor, operation_id, '', memo }, '\t')
    local outcome = enter(-amount, 'transfer', 'wallet', counter, amount_micros, table.concat(paid, ' '), note, place_key,
      mark, contents)
    count(counter, amount)
    settle_down(payment_key, payment_id)
    save_account()
    return outcome
  end

  local function take(parts, entry)
    begin()
    local note = table.concat({ actor, operation_id, entry, memo }, '\t')
    for _, part in ipairs(parts) do
      local lots = add_lot(part.micros, part.class, part.expires)
      enter(part.micros, 'transfer', counter, 'wallet', format('%d', part.micros), lots, note)
      count(counter, -part.micros)
    end
    settle_upwards(ctx, account, balance, 'transfer')
    sync()
    look_at_slot(ctx, account)
    save_account()
  end

  return { recall = recall, repeated = repeated, canonical = canonical, refusal = refusal, offer = offer, give = give,
    take = take }
end

if account_key == taker_account_key then return 'refused same_account' end
local giver = side_of(account_key, journal_key, account_id, taker_id)
if type(giver) == 'string' then return giver end
local known = giver.recall(mark)
if known then return giver.repeated(known, contents) end
local taker = side_of(taker_account_key, taker_journal_key, taker_id, account_id)
if type(taker) == 'string' then return taker end
if not giver.canonical(amount_micros) then return 'refused amount_invalid' end
local amount = tonumber(amount_micros)
local refused = giver.refusal(-amount) or taker.refusal(amount)
if refused then return refused end
local parts, short = giver.offer(amount)
if short then return short end

local outcome = giver.give(amount, parts)
taker.take(parts, string.match(outcome, '^%S+'))
return 'posted ' .. outcome
