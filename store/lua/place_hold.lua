-- place_hold: set credit aside for a call in progress, for a time, if what is available allows it.
-- KEYS: account journal outbox due hold holds payment
-- ARGV: tenant account_id mark contents amount_micros wanted hold_id service listed ttl_ms payment_id note
-- Output: 'posted | repeated <entry> <after> <expires_ms>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted credit_expired recharge_due recharge_blocked
-- `payment` is the record of the recharge that may open; there is none yet. `listed` is told in lib/services: the total
-- of a service that is not is there from its first hold on.
local account_key, journal_key, outbox_key, due_key, hold_key, holds_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local tenant, account_id, mark, contents, amount_micros, wanted, hold_id, service, listed, ttl_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local counter = 'usage:' .. service
-- include: lib/wallet
local met = read[10]
local amount = string.find(amount_micros, '^[1-9]%d*$') and amount_micros + 0
local expires_ms = format('%d', now + ttl_ms)
-- include: lib/place
-- Most holds change nothing but numbers, and are placed without a function: see post_usage.
if amount and currency == wanted and (met or listed == '1') and balance - amount >= least and now < till and balance >= amount
  and call('HEXISTS', account_key, 'stopped:' .. service) == 0 and call('HEXISTS', place_key, mark) == 0
  and not (older_key and call('HGET', older_key, mark)) and call('HSETNX', hold_key, 'state', 'held') == 1 then
  local kind, debit, credit, micros, lots = 'hold', 'wallet', 'holds', amount_micros, ''
  balance, version = balance - amount, version + 1
  -- include: lib/name
  call('HSET', hold_key, 'service', service, 'amount', micros, 'placed_ms', format('%d', now), 'expires_ms', expires_ms)
  -- include: lib/write
  outcome = outcome .. ' ' .. expires_ms
  call('HSET', place_key, mark, contents .. outcome)
  -- include: lib/grow
  call('ZADD', holds_key, expires_ms, hold_id)
  call('ZADD', due_key, expires_ms, 'hold:' .. tenant .. ':' .. account_id .. ':' .. hold_id)
  call('HSET', account_key, 'balance', after, 'version', format('%d', version))
  call('HINCRBY', account_key, 'held', micros)
  call('HINCRBY', account_key, 'bottom', '-' .. micros) -- as much is left of the lot in use
  return 'posted ' .. outcome
end
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/hold
-- include: lib/services

local known = recall(mark)
if known then return repeated(known, contents) end
if currency ~= wanted then return 'refused currency_mismatch' end
if not canonical(amount_micros) then return 'refused amount_invalid' end
if read_hold() then return 'refused hold_exists' end
account = read_account(account_key)
local refused = refusal(amount, service) or service_refusal()
if refused then return refused end

begin()
refused = refusal(amount, service) -- now that what has expired is gone
if refused then
  save_account()
  return refused
end
local entry, after = string.match(set_aside(amount, amount_micros, note), '^(%S+) (%S+)$')
call('HSET', hold_key, 'state', 'held', 'service', service, 'amount', amount_micros, 'placed_ms', format('%d', now),
  'expires_ms', expires_ms)
keep_until(expires_ms)
settle_down(payment_key, payment_id)
save_account()
return remember_posted(mark, contents, table.concat({ entry, after, expires_ms }, ' '))
