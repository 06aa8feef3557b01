-- make_token: keep an API token, known by its digest alone; tell who made it.
-- KEYS: token tokens account operation outbox
-- ARGV: tenant account_id operation_id digest actor keep_ms token label scopes only lifetime_ms kept_ms most
-- Output: {'done' | 'repeated', token} | {'refused', reason}
-- Event: token_made
-- `only` is the one account that the token is for, empty for all; `account_id` is whose channel hears of it. A token is
-- remembered for `kept_ms` after its end.
local token_key, tokens_key, account_key, operation_key, outbox_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, operation_id, digest, actor, keep_ms, token, label, scopes, only, lifetime_ms, kept_ms, most =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
-- include: lib/clock
-- include: lib/account
-- include: lib/operation

local known = seen(operation_key, digest)
if known then return known end
if only ~= '' and not redis.call('HGET', account_key, 'currency') then return { 'refused', 'unknown_account' } end
local at = now_ms()
if redis.call('ZCOUNT', tokens_key, text(at), '+inf') >= tonumber(most) then return { 'refused', 'tokens_too_many' } end

local expires = at + tonumber(lifetime_ms)
redis.call('HSET', token_key, 'name', label, 'scopes', scopes, 'account', only, 'made_by', actor,
  'made_ms', text(at), 'expires_ms', text(expires))
redis.call('PEXPIREAT', token_key, text(expires + tonumber(kept_ms)))
redis.call('ZREMRANGEBYSCORE', tokens_key, '-inf', text(at - tonumber(kept_ms)))
redis.call('ZADD', tokens_key, text(expires), token)
remember(operation_key, digest, keep_ms, token)
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = at }
emit(ctx, 'token_made', 'by', actor, 'name', label, 'scopes', scopes, 'only', only, 'expires_ms', text(expires))
return { 'done', token }
