-- read_standing: an account as it stands at one moment, to be proven.
-- KEYS: account journal lots queue holds reversed pooled unpriced
-- ARGV: hold_prefix
-- Output: record, lots, queue, open holds with their amounts, id of the last entry, what was reversed,
--   what pools gave, calls without price
-- Event: -
-- `hold_prefix` and the id of a hold make the key of its record.
local account_key, journal_key, lots_key, queue_key, holds_key, reversed_key, pooled_key, unpriced_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local hold_prefix = ARGV[1]

local holds = {}
for _, id in ipairs(redis.call('ZRANGE', holds_key, 0, -1)) do
  local hold_key = hold_prefix .. id
  holds[#holds + 1] = id
  holds[#holds + 1] = redis.call('HGET', hold_key, 'amount') or '0'
end
local last = redis.call('XREVRANGE', journal_key, '+', '-', 'COUNT', 1)[1]
return { redis.call('HGETALL', account_key), redis.call('HGETALL', lots_key), redis.call('ZRANGE', queue_key, 0, -1),
  holds, last and last[1] or '', redis.call('HGETALL', reversed_key),
  redis.call('HGETALL', pooled_key), redis.call('HGETALL', unpriced_key) }
