-- revoke_token: end an API token before its time; tell who did.
-- KEYS: token tokens operation outbox
-- ARGV: tenant default_account operation_id digest actor keep_ms token kept_ms
-- Output: {'done' | 'repeated', 'changed' | 'unchanged'} | {'refused', reason}
-- Event: token_revoked
local token_key, tokens_key, operation_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, default_account, operation_id, digest, actor, keep_ms, token, kept_ms =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
local found = redis.call('HMGET', token_key, 'name', 'account', 'revoked_ms')
local name, only, revoked = found[1], found[2], found[3]
if not name then return { 'refused', 'unknown_token' } end

remember(operation_key, digest, keep_ms, revoked and 'unchanged' or 'changed')
if revoked then return { 'done', 'unchanged' } end
local at = now_ms()
redis.call('HSET', token_key, 'revoked_by', actor, 'revoked_ms', text(at))
-- It ends now: it counts for nothing any more, and is forgotten a while from then.
redis.call('PEXPIREAT', token_key, text(at + tonumber(kept_ms)))
redis.call('ZADD', tokens_key, 'XX', 'LT', text(at), token)
local account_id = only ~= '' and only or default_account
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = at }
emit(ctx, 'token_revoked', 'by', actor, 'name', name, 'only', only)
return { 'done', 'changed' }
