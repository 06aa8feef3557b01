-- One posting: balance, entry, operation, and the events that follow from it, in this order: the first write
-- is the money's, because only a script's first write can be denied for want of memory.
-- Uses: lib/clock, lib/account.

-- The first outcome of an operation, or nil when it is new.
local function seen(operation_key, digest)
  local known = redis.call('GET', operation_key)
  if not known then return nil end
  local had, entry, before, after, at = string.match(known, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$')
  if had ~= digest then return { 'refused', 'operation_conflict' } end
  return { 'repeated', entry, before, after, at }
end

local function remember(operation_key, digest, keep_ms, result, before, after, at)
  redis.call('SET', operation_key, table.concat({ digest, result, before or '', after or '', at or '' }, '|'), 'PX', keep_ms)
end

-- Would this change leave the range that is exact?
local function will_overflow(account, delta)
  return math.abs(tonumber(account.balance) + tonumber(delta)) > MAX
end

-- entry = { delta, kind, actor, memo, operation_id, operation_key, digest, keep_ms }
local function post(ctx, account, entry)
  local before = account.balance
  local after = text(redis.call('HINCRBY', ctx.account_key, 'balance', entry.delta))
  local version = text((tonumber(account.version) or 0) + 1)
  local id = redis.call('XADD', ctx.journal, '*', 'kind', entry.kind, 'amount', entry.delta, 'before', before,
    'after', after, 'version', version, 'actor', entry.actor, 'memo', entry.memo, 'operation', entry.operation_id,
    'at_ms', text(ctx.now))
  remember(entry.operation_key, entry.digest, entry.keep_ms, id, before, after, text(ctx.now))
  account.balance, account.version = after, version
  return { 'posted', id, before, after, text(ctx.now) }
end

local function save_state(ctx, account)
  redis.call('HSET', ctx.account_key, 'version', account.version, 'low', account.low, 'exhausted', account.exhausted)
end
