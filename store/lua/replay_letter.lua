-- replay_letter: put a dead letter's event back into the outbox, both steps or neither.
-- KEYS: dead outbox taken
-- ARGV: place keep_ms field_value...
-- Output: 1 it is back, by this operation | 0 the letter was not there
-- Event: -
local dead_key, outbox_key, taken_key = KEYS[1], KEYS[2], KEYS[3]
local place, keep_ms = ARGV[1], ARGV[2]

if redis.call('EXISTS', taken_key) == 1 then return 1 end
if #redis.call('XRANGE', dead_key, place, place) == 0 then return 0 end
redis.call('XADD', outbox_key, '*', unpack(ARGV, 3))
redis.call('XDEL', dead_key, place)
redis.call('SET', taken_key, place, 'PX', keep_ms)
return 1
