-- A change that posts nothing, or one that is known by more than its account's own operation id: remembered under a key
-- of its own.

-- The first outcome of an operation, or nil when it is new.
local function seen(operation_key, digest)
  local known = redis.call('GET', operation_key)
  if not known then return nil end
  local had, result = string.match(known, '^([^|]*)|(.*)$')
  if had ~= digest then return { 'refused', 'operation_conflict' } end
  return { 'repeated', result }
end

local function remember(operation_key, digest, keep_ms, result)
  redis.call('SET', operation_key, digest .. '|' .. result, 'PX', keep_ms)
end
