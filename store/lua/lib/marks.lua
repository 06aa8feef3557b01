-- By what call records are known, as they were handed in: `starts` tells of each UTC day on which some start the day of the
-- epoch, how many these are, and by which call the day before, that day and the day after were told last as far as the caller
-- knows, '-' for none; `all_marks` has MARK characters of each record, those of a day in the order of their sets. The first
-- NAME are its name, and of these the last three choose its set, the last one first; the others are a check by which a repeat is
-- told from an id that comes again with other contents. A character is six bits, from '0' on.
-- Where two accounts are to know them, `home_told` has for the other one by which calls these three were told, day by day.
-- Statements, not a function: see lib/wallet.
-- Uses: starts, all_marks, home_told. Sets days: of each day its first and its last record, and by whom it and its neighbours
-- were told, `by`, in the order of the accounts.
local MARK, NAME, byte, sub, find = 16, 11, string.byte, string.sub, string.find
local days, place = {}, 0
for day, count, before, here, after in string.gmatch(starts, '(%-?%d+) (%d+) (%S+) (%S+) (%S+)') do
  local by = { { [-1] = before, [0] = here, [1] = after }, { [-1] = '-', [0] = '-', [1] = '-' } }
  days[#days + 1] = { day = day + 0, first = place + 1, last = place + count, by = by, runs = {} }
  place = place + count
end
local told_day = 0
for before, here, after in string.gmatch(home_told, '(%S+) (%S+) (%S+)') do
  told_day = told_day + 1
  days[told_day].by[2] = { [-1] = before, [0] = here, [1] = after }
end
