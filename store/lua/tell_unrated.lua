-- tell_unrated: tell of calls of a service that have no price, by where they went: each place at most once a day, and only
-- where there are more such calls than when it was told last. Of each place the day and the number that were told are kept.
-- KEYS: unrated outbox
-- ARGV: tenant account_id service day most keep_ms place_count...
-- Output: how many places were told
-- Event: calls_unrated
local unrated_key, outbox_key = KEYS[1], KEYS[2]
local tenant, account_id, service, day, most, keep_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
-- include: lib/clock
-- include: lib/account

local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
local named, told, calls = {}, 0, 0
for i = 7, #ARGV, 2 do
  local field, count = service .. '\31' .. ARGV[i], tonumber(ARGV[i + 1])
  local on, had = string.match(redis.call('HGET', unrated_key, field) or '- 0', '^(%S+) (%d+)$')
  local is_new = count > tonumber(had) and on ~= day -- what grows on a day that was told is told on another
  if is_new then
    told, calls = told + 1, calls + count
    if told <= tonumber(most) then named[told] = { ARGV[i], text(count) } end
  end
  if is_new or count < tonumber(had) then
    redis.call('HSET', unrated_key, field, (is_new and day or on) .. ' ' .. text(count))
  end
end
if told == 0 then return 0 end
redis.call('PEXPIRE', unrated_key, keep_ms)
emit(ctx, 'calls_unrated', 'service', service, 'places', cjson.encode(named), 'others', text(told - #named), 'calls', text(calls))
return told
