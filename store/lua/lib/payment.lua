-- A payment's record: one recharge or top-up with its attempts.

local PAYMENT = { 'kind', 'state', 'attempt', 'fence', 'asks', 'amount_micros', 'currency', 'method', 'month',
  'requested_by', 'channel', 'created_ms' }

local function read_payment(key)
  local values = redis.call('HMGET', key, unpack(PAYMENT))
  if not values[1] then return nil end
  local payment = {}
  for i, name in ipairs(PAYMENT) do payment[name] = values[i] or '' end
  return payment
end

local function wake_at(due_key, tenant, account_id, payment_id, at_ms)
  redis.call('ZADD', due_key, at_ms, 'payment:' .. tenant .. ':' .. account_id .. ':' .. payment_id)
end
