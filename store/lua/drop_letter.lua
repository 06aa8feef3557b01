-- drop_letter: forget a dead letter for good.
-- KEYS: dead taken
-- ARGV: place keep_ms
-- Output: 1 it is gone, by this operation | 0 the letter was not there
-- Event: -
local dead_key, taken_key = KEYS[1], KEYS[2]
local place, keep_ms = ARGV[1], ARGV[2]

if redis.call('EXISTS', taken_key) == 1 then return 1 end
if redis.call('XDEL', dead_key, place) == 0 then return 0 end
redis.call('SET', taken_key, place, 'PX', keep_ms)
return 1
