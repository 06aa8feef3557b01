-- What posting verbs do with the wallet.
-- Uses: lib/wallet.

-- '007', '-0' and '1e3' would pass a loose test.
local function canonical(amount)
  return #amount <= 16 and string.find(amount, '^[1-9]%d*$') ~= nil and tonumber(amount) <= MAX
end

local function count(ledger_account, amount)
  if ledger_account == counter then
    total = total + amount
  else
    call('HINCRBY', account_key, 'total:' .. ledger_account, format('%d', amount))
  end
end

-- What is known of an operation: its contents and its entry, most often with the balance after it; and where to remember it.
local function recall(mark)
  -- include: lib/place
  return call('HGET', place_key, mark) or (older_key and call('HGET', older_key, mark)), place_key
end

-- The first outcome of an operation that is known. Of an entry alone the journal tells the balance after it, '?' where it
-- has left Redis.
local function repeated(known, contents)
  if string.sub(known, 1, #contents) ~= contents then return 'refused operation_conflict' end
  local outcome = string.sub(known, #contents + 1)
  if not string.find(outcome, ' ', 1, true) then
    local found = call('XRANGE', journal_key, outcome, outcome)[1]
    outcome = outcome .. ' ' .. (found and string.match(found[2][2], '^[^\t]*\t[^\t]*\t[^\t]*\t[^\t]*\t([^\t]*)') or '?')
  end
  return 'repeated ' .. outcome
end

-- One entry. `delta` is what it does to the wallet; one that comes of no operation, such as an expiry, has no place_key.
local function enter(delta, kind, debit, credit, micros, lots, note, place_key, mark, contents)
  balance, version = balance + delta, version + 1
  -- include: lib/name
  if place_key then call('HSET', place_key, mark, contents .. outcome) end
  -- include: lib/write
  -- include: lib/grow
  return outcome
end
