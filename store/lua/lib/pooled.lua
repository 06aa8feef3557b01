-- What an account's pools have given: seconds of a calendar month, by pool and month, and the share of the pool that was
-- told, if one was, with what the pool then held: '7200 80 9000'. It changes in the step that posts the lines that took it, if
-- it is still what their prices were reckoned with. Reversals give some back: see lib/minutes.
-- Uses: lib/wallet, lib/account; the verb's pooled_key, `ctx`, and `uses`: of each pool that the lines may use and each month
-- the pool, the month, the seconds used before and after, and what the pool holds.
local taken = {}

-- Whether another has used one of these pools meanwhile.
local function pools_moved()
  local fields, moved = {}, false
  for pool, month, had, has, limit in string.gmatch(uses, '(%S+) (%S+) (%d+) (%d+) (%d+)') do
    taken[#taken + 1] = { pool = pool, month = month, had = had + 0, has = has + 0, limit = limit + 0 }
    fields[#fields + 1] = pool .. ':' .. month
  end
  for i, kept in ipairs(#fields > 0 and call('HMGET', pooled_key, unpack(fields)) or {}) do
    local used, told = string.match(kept or '0 0', '^(%d+) (%d+)')
    taken[i].told, moved = told + 0, moved or used + 0 ~= taken[i].had
  end
  return moved
end

-- The shares of a pool are told once a month each, 80 and 100 hundredths; again where so much was given back that it is below.
local function tell_pool(each, share)
  if each.told >= share or each.has * 100 < each.limit * share then return end
  each.told = share
  emit(ctx, share == 80 and 'pool_low' or 'pool_exhausted', 'pool', each.pool, 'month', each.month,
    'used_s', format('%d', each.has), 'limit_s', format('%d', each.limit))
end

local function use_pools()
  for _, each in ipairs(taken) do
    if each.has > each.had then
      tell_pool(each, 80)
      tell_pool(each, 100)
      local told = each.told == 0 and '0' or format('%d %d', each.told, each.limit)
      call('HSET', pooled_key, each.pool .. ':' .. each.month, format('%d ', each.has) .. told)
    end
  end
end
