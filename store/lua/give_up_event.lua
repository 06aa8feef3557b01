-- give_up_event: put an event aside among the dead, where an operator finds it, and acknowledge it: both or neither.
-- One that its group has acknowledged is left alone, so that asked again, after a lost reply, there is one letter of it.
-- KEYS: outbox dead
-- ARGV: group stream_id field_value...
-- Output: 1 put aside | 0 it was done with before
-- Event: -
local outbox_key, dead_key = KEYS[1], KEYS[2]
local group, stream_id = ARGV[1], ARGV[2]

-- Without stream or group, which a server that lost its data has not, there is nothing to put aside.
local waiting = redis.pcall('XPENDING', outbox_key, group, stream_id, stream_id, 1)
if waiting.err or #waiting == 0 then return 0 end
redis.call('XADD', dead_key, '*', unpack(ARGV, 3))
redis.call('XACK', outbox_key, group, stream_id)
return 1
