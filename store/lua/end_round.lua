-- end_round: write down that a source of call records was read, to its end or not. That it cannot be read is told once for
-- each problem: at once where a person has to mend it, otherwise when nothing worked for long; that it can be again, once.
-- KEYS: lease record outbox
-- ARGV: owner tenant account_id feed due_ms problem mend patience_ms
-- Output: 'failed' told | 'recovered' told | 'noted' | 'lost' the lease is
-- Event: feed_failed feed_recovered
local lease_key, record_key, outbox_key = KEYS[1], KEYS[2], KEYS[3]
local owner, tenant, account_id, feed, due_ms, problem, mend, patience_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- include: lib/clock
-- include: lib/account

if redis.call('GET', lease_key) ~= owner then return 'lost' end
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
local kept = redis.call('HMGET', record_key, 'failing_ms', 'told')
local failing_ms, told = tonumber(kept[1] or '') or ctx.now, kept[2] or ''

if problem == '' then
  redis.call('HSET', record_key, 'due_ms', due_ms, 'problem', '', 'failing_ms', '', 'told', '')
  if told == '' then return 'noted' end
  emit(ctx, 'feed_recovered', 'feed', feed, 'failing_ms', text(failing_ms))
  return 'recovered'
end

local known = string.find(' ' .. told .. ' ', ' ' .. problem .. ' ', 1, true)
local tell = not known and mend == '1' or told == '' and ctx.now - failing_ms >= tonumber(patience_ms)
if tell then told = told == '' and problem or told .. ' ' .. problem end
redis.call('HSET', record_key, 'due_ms', due_ms, 'problem', problem, 'failing_ms', text(failing_ms), 'told', told)
if not tell then return 'noted' end
emit(ctx, 'feed_failed', 'feed', feed, 'problem', problem, 'failing_ms', text(failing_ms))
return 'failed'
