-- find_records: which call records an account knows, or the one that was named for it; changes nothing.
-- KEYS: account home
-- ARGV: starts all_marks
-- Output: '' where all are new, else a character for each: . new, = known, ! known with other contents
-- Event: -
-- The arguments are told in lib/marks, `home` in post_records.
local account_key, home_key = KEYS[1], KEYS[2]
local starts, all_marks = ARGV[1], ARGV[2]
local home_told = '' -- whoever asks says of no day who told it
local call, format, floor = redis.call, string.format, math.floor
local now, EPOCH_MS, DAY = 0, 0, 0 -- lib/records remembers nothing here
local homes = home_key == account_key and { account_key } or { account_key, home_key }
-- include: lib/marks
-- include: lib/records

return find_records(read_days()) or ''
