-- find_records: which call records an account knows; changes nothing.
-- KEYS: account
-- ARGV: starts all_marks
-- Output: '' where all are new, else a character for each: . new, = known, ! known with other contents
-- Event: -
-- The arguments are told in lib/marks.
local account_key = KEYS[1]
local starts, all_marks = ARGV[1], ARGV[2]
local call, format, floor = redis.call, string.format, math.floor
local now, EPOCH_MS, DAY = 0, 0, 0 -- lib/records remembers nothing here
-- include: lib/marks
-- include: lib/records

return find_records(read_days()) or ''
