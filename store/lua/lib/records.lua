-- The call records that an account knows, for 90 days at least: integers in sets that are small enough for Redis to keep them
-- compact. A record has two: its name, and a check by which a repeat is told from an id that comes again with other contents.
-- It is kept under the UTC day of its call's start, because records come in the order of their calls, so that many lie in
-- few sets; it is looked for on the day before and after as well. A day begins with one set, and goes on with GROWTH times
-- as many, its next level, when those are full; nothing ever moves.
-- Uses: lib/wallet, lib/lots; the verb's `names`, `checks`, and `days`: day -> the places of its records in these two.
local FILL, GROWTH, LEVELS = 180, 8, 5
local halves, grouped = {}, {}

local function set_of(day, level, number)
  return format('%s:known:%d:%d:%d', account_key, day, level, number)
end

local function level_of(day, level)
  return format('%s:levels:%d:%d', account_key, day, level)
end

-- How many records each level has, of every day that is looked at.
local function read_sizes()
  local sizes = {}
  for day in pairs(days) do
    for near = day - 1, day + 1 do
      local every_level_key = {}
      for level = 0, LEVELS do every_level_key[level + 1] = level_of(near, level) end
      if not sizes[near] then
        sizes[near] = {}
        for i, size in ipairs(call('MGET', unpack(every_level_key))) do sizes[near][i - 1] = (size or 0) + 0 end
      end
    end
  end
  return sizes
end

-- Which of a day's records belong to which of a level's sets. The first half of a name chooses.
local function divide(day, level)
  local known = day .. ':' .. level
  if grouped[known] then return grouped[known] end
  local found, sets = {}, GROWTH ^ level
  for _, i in ipairs(days[day]) do
    halves[i] = halves[i] or floor(names[i] / 4294967296)
    local number = halves[i] % sets
    local others = found[number]
    if others then others[#others + 1] = i else found[number] = { i } end
  end
  grouped[known] = found
  return found
end

local function look_up(set_key, members, asked, states)
  for j, known in ipairs(call('SMISMEMBER', set_key, unpack(asked))) do
    if known == 1 then
      states[members[j]] = call('SISMEMBER', set_key, checks[members[j]]) == 1 and '=' or '!'
    end
  end
end

-- A character for each record: '.' for one that is new, '=' for a repeat, '!' for a known one with other contents; nil where
-- all are new.
local function find_records(sizes)
  local states = {}
  for day in pairs(days) do
    for level = 0, LEVELS do
      local near = {}
      for each = day - 1, day + 1 do
        if sizes[each][level] > 0 then near[#near + 1] = each end
      end
      for number, members in pairs(#near > 0 and divide(day, level) or {}) do
        local asked = {}
        for j, i in ipairs(members) do asked[j] = names[i] end
        for _, each in ipairs(near) do look_up(set_of(each, level, number), members, asked, states) end
      end
    end
  end
  if not next(states) then return nil end
  for i = 1, #names do states[i] = states[i] or '.' end
  return table.concat(states)
end

-- The first level of a day with room for `more`.
local function level_for(size_of, more)
  for level = 0, LEVELS - 1 do
    if size_of[level] + more <= FILL * GROWTH ^ level then return level end
  end
  return LEVELS
end

-- They were all new, and are known from now on.
local function remember_records(sizes)
  -- A day more, so that a clock which goes back takes nothing of the 90 days.
  local ends = format('%d', now + EPOCH_MS + DAY)
  for day, members in pairs(days) do
    local level = level_for(sizes[day], #members)
    for number, group in pairs(divide(day, level)) do
      local set_key, added = set_of(day, level, number), {}
      for j, i in ipairs(group) do added[2 * j - 1], added[2 * j] = names[i], checks[i] end
      call('SADD', set_key, unpack(added))
      call('PEXPIREAT', set_key, ends)
    end
    local level_key = level_of(day, level)
    call('SET', level_key, format('%d', sizes[day][level] + #members), 'PXAT', ends)
  end
end
