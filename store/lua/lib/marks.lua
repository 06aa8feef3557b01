-- The names and checks of call records as they were handed in: `starts` is a day of the epoch, how many records start on it, the
-- next day and so on; `all_marks` has as many names and checks by turns, MARK digits each, the names of a day in order.
-- Statements, not a function: see lib/wallet.
-- Uses: starts, all_marks. Sets names, marks, and days: day -> the first and the last of its names.
local MARK, sub = 19, string.sub
local names, marks, days, place = {}, {}, {}, 0
for i = 1, #all_marks / MARK, 2 do
  local name = sub(all_marks, (i - 1) * MARK + 1, i * MARK)
  names[(i + 1) / 2], marks[i], marks[i + 1] = name, name, sub(all_marks, i * MARK + 1, (i + 1) * MARK)
end
for day, count in string.gmatch(starts, '(%-?%d+) (%d+)') do
  days[day + 0], place = { place + 1, place + count }, place + count
end
