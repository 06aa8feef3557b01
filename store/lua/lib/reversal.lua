-- What was reversed, for ever: under an entry's version the entry that reversed it, or its rest, and what that changed; under
-- "<version>#<record>" the same of a call record; under "<version>#" how many of its records were, and their sum.
-- Uses: lib/original, lib/wallet, lib/posting; the verb's `reversed_key` and `record`, "" for an entry as a whole.
local lines_field = (number or '') .. '#'
local field = record == '' and number or lines_field .. record

-- Whether it is reversed, as a whole or by itself, then the count and the sum of the entry's records that are.
local function read_reversed()
  local kept = call('HMGET', reversed_key, number, field, lines_field)
  local lines, sum = string.match(kept[3] or '0 0', '^(%d+) (%d+)$')
  return kept[1] or kept[2], lines + 0, sum + 0
end

local function repeated_reversal(known, contents)
  local answer = repeated(known, contents)
  if not string.find(answer, '^repeated ') then return answer end
  return answer .. ' ' .. string.match(call('HGET', reversed_key, field), '%S+$') .. ' ' .. currency
end

-- After the correction; answers it.
local function keep_reversed(outcome, delta)
  local change = format('%d', delta)
  call('HSET', reversed_key, field, string.match(outcome, '^%S+') .. ' ' .. change)
  return 'posted ' .. outcome .. ' ' .. change .. ' ' .. currency
end
