-- What was reversed, for ever: under an entry's version the entry that reversed it, or its rest, and what that changed; under
-- "<version>#<record>" the same of a call record; under "<version>#" how many of its records were, their sum, and what of the
-- minutes that the entry took, if any, is not given back: "-" for nothing.
-- Uses: lib/original, lib/wallet, lib/posting, lib/minutes; the verb's `reversed_key` and `record`, "" for an entry as a whole.
local lines_field = (number or '') .. '#'
local field = record == '' and number or lines_field .. record

-- Whether it is reversed, as a whole or by itself, then the count and the sum of the entry's records that are, and the minutes
-- that are left.
local function read_reversed()
  local kept = call('HMGET', reversed_key, number, field, lines_field)
  local lines, sum, minutes = string.match(kept[3] or '0 0', '^(%d+) (%d+) ?(%S*)$')
  return kept[1] or kept[2], lines + 0, sum + 0, minutes == '' and used or minutes == '-' and '' or minutes
end

-- One record more is reversed; `minutes` are left.
local function keep_lines(lines, sum, minutes)
  local rest = used == '' and '' or minutes == '' and ' -' or ' ' .. minutes
  call('HSET', reversed_key, lines_field, format('%d %d', lines, sum) .. rest)
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
