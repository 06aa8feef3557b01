-- The call records that an account knows, for 90 days at least: in texts of their marks, one behind the other, small enough to
-- be searched. A record is kept under the UTC day of its call's start, because records come in the order of their calls, so
-- that many lie in few sets; it is looked for on the day before and after as well. A day begins with one set, and goes on with
-- GROWTH times as many, its next level, when those are full; nothing ever moves.
-- Each day notes who told it last. Who told a day from its beginning, and nobody else did, knows what is there: who says that
-- it was told last by the call that it was, has looked for its records among those that it told itself, and nothing is looked
-- up here. Once two have told of one day that is over for it.
-- Every one of `homes` knows them: the account that pays, and the one that the source named where a rule has another pay, so
-- that a rule which is changed has nobody pay twice.
-- Uses: lib/wallet, lib/marks, lib/lots, the verb's `homes`.
local FILL, GROWTH, LEVELS, MANY = 512, 8, 5, 32
-- So many sets the three characters of a name can tell apart.
local SETS, ZERO = 2 ^ 18, 48
local NONE = { by = '-', [0] = 0, 0, 0, 0, 0, 0 }

local function day_of(home, day)
  return format('%s:days:%d', home, day)
end

local function set_of(home, day, level, number)
  return format('%s:known:%d:%d:%d', home, day, level, number)
end

-- Of each day that is looked at who told it last, and how many records each level has.
local function read_days_of(home)
  local kept, every_day, every_day_key = {}, {}, {}
  for _, each in ipairs(days) do
    for near = each.day - 1, each.day + 1 do
      if not kept[near] then
        kept[near], every_day[#every_day + 1] = NONE, near
        every_day_key[#every_day_key + 1] = day_of(home, near)
      end
    end
  end
  for i, noted in ipairs(#every_day > 0 and call('MGET', unpack(every_day_key)) or {}) do
    if noted then
      local by, n0, n1, n2, n3, n4, n5 = string.match(noted, '^(%S+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
      kept[every_day[i]] = { by = by, [0] = n0 + 0, n1 + 0, n2 + 0, n3 + 0, n4 + 0, n5 + 0 }
    end
  end
  return kept
end

local function read_days()
  local kept = {}
  for i, home in ipairs(homes) do kept[i] = read_days_of(home) end
  return kept
end

local function number_of(i, wide)
  local c1, c2, c3 = byte(all_marks, i * MARK - 7, i * MARK - 5)
  return floor(((c3 - ZERO) * 4096 + (c2 - ZERO) * 64 + c1 - ZERO) / wide)
end

-- Which of a day's records belong to which of a level's sets: the set's number, the first and the last of them.
local function divide(each, level)
  if each.runs[level] then return each.runs[level] end
  local found, wide, i = {}, SETS / GROWTH ^ level, each.first
  while i <= each.last do
    local first, number = i, number_of(i, wide)
    repeat i = i + 1 until i > each.last or number_of(i, wide) ~= number
    found[#found + 1] = { number, first, i - 1 }
  end
  each.runs[level] = found
  return found
end

-- Where each name of a set is, at the cost of searching it for some MANY.
local function index_of(set)
  local index = {}
  for at = 1, #set, MARK do index[sub(set, at, at + NAME - 1)] = at end
  return index
end

-- The characters of a name may begin anywhere; a mark begins where a whole number of them has ended.
local function place_of(name, set)
  local at = find(set, name, 1, true)
  while at and at % MARK ~= 1 do at = find(set, name, at + 1, true) end
  return at
end

local function look_up(set, first, last, states)
  local index = last - first >= MANY and index_of(set)
  for i = first, last do
    local begin = (i - 1) * MARK
    local name = sub(all_marks, begin + 1, begin + NAME)
    local at = not states[i] and (index and index[name] or not index and place_of(name, set))
    if at then
      states[i] = sub(set, at + NAME, at + MARK - 1) == sub(all_marks, begin + NAME + 1, begin + MARK) and '=' or '!'
    end
  end
end

local function look_up_day(home, each, near, kept, states)
  for level = 0, LEVELS do
    for _, run in ipairs(kept[near][level] > 0 and divide(each, level) or {}) do
      local set_key = set_of(home, near, level, run[1])
      look_up(call('GET', set_key) or '', run[2], run[3], states)
    end
  end
end

local function are_all_found(each, states)
  for i = each.first, each.last do
    if not states[i] then return false end
  end
  return true
end

local function look_into(home, kept, nth, states)
  for _, each in ipairs(days) do
    local day, by = each.day, each.by[nth]
    if kept[day - 1].by ~= by[-1] or kept[day].by ~= by[0] or kept[day + 1].by ~= by[1] then
      look_up_day(home, each, day, kept, states)
      if not are_all_found(each, states) then
        look_up_day(home, each, day - 1, kept, states)
        look_up_day(home, each, day + 1, kept, states)
      end
    end
  end
end

-- A character for each record: '.' for one that is new, '=' for a repeat, '!' for a known one with other contents; nil where
-- all are new.
local function find_records(kept)
  local states = {}
  for nth, home in ipairs(homes) do look_into(home, kept[nth], nth, states) end
  if not next(states) then return nil end
  for i = 1, place do states[i] = states[i] or '.' end
  return table.concat(states)
end

-- The first level of a day with room for `more`.
local function level_for(size_of, more)
  for level = 0, LEVELS - 1 do
    if size_of[level] + more <= FILL * GROWTH ^ level then return level end
  end
  return LEVELS
end

local function remember_in(home, kept, nth, by)
  -- A day more, so that a clock which goes back takes nothing of the 90 days.
  local ends = format('%d', now + EPOCH_MS + DAY)
  for _, each in ipairs(days) do
    local before, more = kept[each.day], each.last - each.first + 1
    local level, noted = level_for(before, more), { before.by == each.by[nth][0] and by or '!' }
    for _, run in ipairs(divide(each, level)) do
      local set_key = set_of(home, each.day, level, run[1])
      call('APPEND', set_key, sub(all_marks, (run[2] - 1) * MARK + 1, run[3] * MARK))
      call('PEXPIREAT', set_key, ends)
    end
    for at = 0, LEVELS do noted[at + 2] = format('%d', before[at] + (at == level and more or 0)) end
    local day_key = day_of(home, each.day)
    call('SET', day_key, table.concat(noted, ' '), 'PXAT', ends)
  end
end

-- They were all new, and are known from now on, told by the call of that name.
local function remember_records(kept, by)
  for nth, home in ipairs(homes) do remember_in(home, kept[nth], nth, by) end
end
