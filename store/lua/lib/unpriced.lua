-- Calls that have no price yet: by entry, which of its lines, as '0-4,7'. They get it in an entry that comes later, each once for
-- ever, because it is taken off the list in the same step.
-- Uses: lib/wallet; the verb's unpriced_key, `unpriced`: the lines of its own entry, "" for none, and `late`: of each entry of
-- which lines get their price now, the entry, its lines without one before, and after ("-" for none).

-- Whether another has given one of them its price meanwhile, or their entry was reversed.
local function late_moved()
  for of, had in string.gmatch(late, '(%S+) (%S+) %S+') do
    if call('HGET', unpriced_key, of) ~= had then return true end
  end
  return false
end

local function keep_unpriced(entry)
  if unpriced ~= '' then call('HSET', unpriced_key, entry, unpriced) end
  for of, left in string.gmatch(late, '(%S+) %S+ (%S+)') do
    if left == '-' then call('HDEL', unpriced_key, of) else call('HSET', unpriced_key, of, left) end
  end
end
