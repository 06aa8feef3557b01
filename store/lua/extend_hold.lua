-- extend_hold: keep a hold for longer, counted from now, and set more aside if what is available allows it.
-- KEYS: account journal outbox due hold holds payment
-- ARGV: tenant account_id mark contents amount_micros wanted hold_id ttl_ms payment_id note
-- Output: 'posted | repeated <entry> <after> <expires_ms>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted credit_expired recharge_due recharge_blocked
-- Where nothing more is set aside there is no entry, '-', and the hold itself remembers the operation: the last one, which
-- is enough, as an older one that comes again changes nothing: the time is never shortened.
local account_key, journal_key, outbox_key, due_key, hold_key, holds_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local tenant, account_id, mark, contents, amount_micros, wanted, hold_id, ttl_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local counter = 'expired'
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/hold

local known = recall(mark)
if known then return repeated(known, contents) end
local extension = call('HGET', hold_key, 'extension') or ''
if string.sub(extension, 1, #mark) == mark then return repeated(string.sub(extension, #mark + 1), contents) end
if currency ~= wanted then return 'refused currency_mismatch' end
if amount_micros ~= '0' and not canonical(amount_micros) then return 'refused amount_invalid' end
local state, held, until_ms, service = read_hold()
if not state then return 'refused unknown_hold' end
if state ~= 'held' then return 'refused hold_resolved' end
local amount = tonumber(amount_micros)
account = read_account(account_key)
local refused = refusal(amount, service)
if refused then return refused end

local expires_ms = format('%d', math.max(until_ms, now + ttl_ms))
if amount == 0 then
  local outcome = table.concat({ '-', format('%d', balance), expires_ms }, ' ')
  call('HSET', hold_key, 'expires_ms', expires_ms, 'extension', mark .. contents .. outcome)
  keep_until(expires_ms)
  return 'posted ' .. outcome
end
begin()
refused = refusal(amount, service) -- now that what has expired is gone
if refused then
  save_account()
  return refused
end
local entry, after = string.match(set_aside(amount, amount_micros, note), '^(%S+) (%S+)$')
call('HSET', hold_key, 'amount', format('%d', held + amount), 'expires_ms', expires_ms)
keep_until(expires_ms)
settle_down(payment_key, payment_id)
save_account()
return remember_posted(mark, contents, table.concat({ entry, after, expires_ms }, ' '))
