-- fold_usage: put sums of usage, and how far the journal is in them, provided that nobody else has put any since they were read.
-- KEYS: usage
-- ARGV: expected at totals first generation keep_ms changes...
-- `changes`: a day and how many of its parts change, then the name of each and what it is now; the next day and so on.
-- Output: 'folded' | 'moved'
-- Event: -
-- The days' own keys are not among KEYS: each is the first key's name, the generation and the day.
local usage_key = KEYS[1]
local expected, at, totals, first, generation, keep_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if (redis.call('HGET', usage_key, 'at') or '') ~= expected then return 'moved' end

redis.call('HSET', usage_key, 'at', at, 'totals', totals, 'first', first)
local day_key, left = '', 0
for i = 7, #ARGV, 2 do
  if left == 0 then
    day_key, left = usage_key .. ':' .. generation .. ':' .. ARGV[i], ARGV[i + 1] + 0
  else
    redis.call('HSET', day_key, ARGV[i], ARGV[i + 1])
    left = left - 1
    if left == 0 then redis.call('PEXPIRE', day_key, keep_ms) end
  end
end
return 'folded'
