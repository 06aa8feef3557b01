-- By what call records are known, as they were handed in: `starts` tells of each UTC day on which some start the day of the
-- epoch, how many these are, and by which call the day before, that day and the day after were told last as far as the caller
-- knows, '-' for none; `all_marks` has MARK characters of each record, those of a day in the order of their sets. The first
-- NAME are its name, and of these the last three choose its set, the last one first; the others are a check by which a repeat is
-- told from an id that comes again with other contents. A character is six bits, from '0' on.
-- Statements, not a function: see lib/wallet.
-- Uses: starts, all_marks. Sets days: of each day its first and its last record, and by whom it and its neighbours were told.
local MARK, NAME, byte, sub, find = 16, 11, string.byte, string.sub, string.find
local days, place = {}, 0
for day, count, before, here, after in string.gmatch(starts, '(%-?%d+) (%d+) (%S+) (%S+) (%S+)') do
  days[#days + 1] = { day = day + 0, first = place + 1, last = place + count, [-1] = before, [0] = here, [1] = after, runs = {} }
  place = place + count
end
