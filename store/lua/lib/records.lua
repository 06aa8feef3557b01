-- The call records that an account knows, for 90 days at least: integers in sets that are small enough for Redis to keep them
-- compact. A record has two: its name, and a check by which a repeat is told from an id that comes again with other contents.
-- It is kept under the UTC day of its call's start, because records come in the order of their calls, so that many lie in
-- few sets; it is looked for on the day before and after as well. A day begins with one set, and goes on with GROWTH times
-- as many, its next level, when those are full; nothing ever moves. The names of a set lie side by side, so what belongs to
-- one is a run of a day's names, which come in order. Every one of `homes` knows them: the account that pays, and the one that
-- the source named where a rule has another pay, so that a rule which is changed has nobody pay twice.
-- Uses: lib/wallet, lib/lots; the verb's `homes`, `names`, `marks`, and `days`: day -> the first and the last of its names.
local FILL, GROWTH, LEVELS = 180, 8, 5
-- Names are integers from FIRST to below twice as much, written with as many digits, so that texts compare as they do.
local FIRST = 2 ^ 62
local runs = {}

local function set_of(home, day, level, number)
  return format('%s:known:%d:%d:%d', home, day, level, number)
end

local function level_of(home, day, level)
  return format('%s:levels:%d:%d', home, day, level)
end

-- How many records each level of an account has, of every day that is looked at.
local function read_sizes(home)
  local sizes = {}
  for day in pairs(days) do
    for near = day - 1, day + 1 do
      if not sizes[near] then
        local every_level_key = {}
        for level = 0, LEVELS do every_level_key[level + 1] = level_of(home, near, level) end
        sizes[near] = {}
        for i, size in ipairs(call('MGET', unpack(every_level_key))) do sizes[near][i - 1] = (size or 0) + 0 end
      end
    end
  end
  return sizes
end

-- Which of a day's records belong to which of a level's sets: the set's number, the first and the last of its names.
local function divide(day, level)
  local known = day .. ':' .. level
  if runs[known] then return runs[known] end
  local found, wide, i, last = {}, FIRST / GROWTH ^ level, days[day][1], days[day][2]
  while i <= last do
    local first, number = i, floor((names[i] - FIRST) / wide)
    local beyond = format('%.0f', FIRST + (number + 1) * wide)
    repeat i = i + 1 until i > last or names[i] >= beyond
    found[#found + 1] = { number, first, i - 1 }
  end
  runs[known] = found
  return found
end

local function look_up(set_key, first, last, states)
  for j, known in ipairs(call('SMISMEMBER', set_key, unpack(names, first, last))) do
    local i = first + j - 1
    if known == 1 then states[i] = call('SISMEMBER', set_key, marks[2 * i]) == 1 and '=' or '!' end
  end
end

local function look_into(home, sizes, states)
  for day in pairs(days) do
    for level = 0, LEVELS do
      for near = day - 1, day + 1 do
        for _, run in ipairs(sizes[near][level] > 0 and divide(day, level) or {}) do
          look_up(set_of(home, near, level, run[1]), run[2], run[3], states)
        end
      end
    end
  end
end

-- A character for each record: '.' for one that is new, '=' for a repeat, '!' for a known one with other contents; nil where
-- all are new. Then what `remember_records` has to know.
local function find_records()
  local states, sizes = {}, {}
  for i, home in ipairs(homes) do
    sizes[i] = read_sizes(home)
    look_into(home, sizes[i], states)
  end
  if not next(states) then return nil, sizes end
  for i = 1, #names do states[i] = states[i] or '.' end
  return table.concat(states), sizes
end

-- The first level of a day with room for `more`.
local function level_for(size_of, more)
  for level = 0, LEVELS - 1 do
    if size_of[level] + more <= FILL * GROWTH ^ level then return level end
  end
  return LEVELS
end

local function remember_in(home, sizes)
  -- A day more, so that a clock which goes back takes nothing of the 90 days.
  local ends = format('%d', now + EPOCH_MS + DAY)
  for day, bounds in pairs(days) do
    local more = bounds[2] - bounds[1] + 1
    local level = level_for(sizes[day], more)
    for _, run in ipairs(divide(day, level)) do
      local set_key = set_of(home, day, level, run[1])
      call('SADD', set_key, unpack(marks, 2 * run[2] - 1, 2 * run[3]))
      call('PEXPIREAT', set_key, ends)
    end
    local level_key = level_of(home, day, level)
    call('SET', level_key, format('%d', sizes[day][level] + more), 'PXAT', ends)
  end
end

-- They were all new, and are known from now on.
local function remember_records(sizes)
  for i, home in ipairs(homes) do remember_in(home, sizes[i]) end
end
