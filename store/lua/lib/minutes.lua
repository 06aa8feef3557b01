-- What an entry of call records took of pools, and what of that its reversals give back: to the month that had given it.
-- 'main:2026-11:120' is a part; several are divided by commas, and each pool and month comes once.
-- Uses: lib/wallet, lib/original; the verb's pooled_key.
local PART = '([^:,]+:[^:,]+):(%d+)'
local used = was == 'records' and string.match(line, '\t2 %d+ %S+ %S+ (%S+:%d+)$') or ''

-- What is left of some parts without others, "" for nothing; nil where these are not among them.
local function less(parts, others)
  local left, found = {}, {}
  for name, seconds in string.gmatch(parts, PART) do left[name] = seconds + 0 end
  for name, seconds in string.gmatch(others, PART) do
    if (left[name] or 0) < seconds + 0 then return nil end
    left[name] = left[name] - seconds
  end
  for name in string.gmatch(parts, PART) do
    if left[name] > 0 then found[#found + 1] = name .. ':' .. format('%d', left[name]) end
  end
  return table.concat(found, ',')
end

-- The reference of the entry that gives them back ends with them; actor and operation are before it in `note`.
local function noted(note, parts)
  if parts == '' then return note end
  local head, memo = string.match(note, '^([^\t]*\t[^\t]*\t[^\t]*)(.*)$')
  return head .. ' ' .. parts .. memo
end

-- A share of a pool that is not used any more is told again when it is: see lib/pooled.
local function give_minutes_back(parts)
  for name, seconds in string.gmatch(parts, PART) do
    local had, told = string.match(call('HGET', pooled_key, name) or '', '^(%d+) (.+)$')
    local has = math.max(0, (had or 0) - seconds)
    local share, limit = string.match(told or '', '^(%d+) (%d+)$')
    if share and has * 100 < limit * 80 then
      told = '0'
    elseif share and has * 100 < limit * share then
      told = '80 ' .. limit
    end
    call('HSET', pooled_key, name, format('%d ', has) .. (told or '0'))
  end
end
