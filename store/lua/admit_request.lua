-- admit_request: whether a token lets a request in: known, not revoked, not over, and within its rate.
-- KEYS: token
-- ARGV: per_minute seen_every_ms
-- Output: {'admitted', name, scopes, account, remaining, full_in_s} | {'limited', retry_in_s, full_in_s} |
--   {'refused', reason}
-- Event: -
-- The rate is a bucket of `per_minute` requests that fills evenly within a minute. Of it only the moment is kept at which
-- it will be full again, `full_ms`: each request moves that moment on.
local token_key = KEYS[1]
local per_minute, seen_every_ms = ARGV[1], ARGV[2]
-- include: lib/clock

local found = redis.call('HMGET', token_key, 'name', 'scopes', 'account', 'expires_ms', 'revoked_ms', 'full_ms', 'seen_ms')
local name, scopes, account, expires, revoked = found[1], found[2], found[3], found[4], found[5]
if not name then return { 'refused', 'unknown_token' } end
if revoked then return { 'refused', 'token_revoked' } end
local at = now_ms()
if at >= tonumber(expires) then return { 'refused', 'token_expired' } end
local MINUTE_MS = 60000
local each_ms = MINUTE_MS / tonumber(per_minute)
local full = math.max(tonumber(found[6] or 0), at)
local seconds = function(ms) return string.format('%.0f', math.ceil(ms / 1000)) end
local over = full + each_ms - at - MINUTE_MS
if over > 0 then return { 'limited', seconds(over), seconds(full - at) } end

full = full + each_ms
local writes = { 'full_ms', string.format('%.3f', full) }
if at - tonumber(found[7] or 0) >= tonumber(seen_every_ms) then
  writes[3], writes[4] = 'seen_ms', string.format('%.0f', at)
end
redis.call('HSET', token_key, unpack(writes))
local remaining = math.floor((at + MINUTE_MS - full) / each_ms + 0.000001)
return { 'admitted', name, scopes, account, string.format('%.0f', remaining), seconds(full - at) }
