-- capture_hold: the call is over: give the hold back and debit the usage, whatever it came to. Recorded usage posts even
-- below zero; authorised usage only within what was set aside, or within that and what is available.
-- KEYS: account journal outbox due hold holds payment
-- ARGV: tenant account_id mark contents amount_micros wanted hold_id told_service listed authorised payment_id note
-- Output: 'posted | repeated <entry> <after> <released> <currency>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired recharge_due
--   recharge_blocked
-- `listed` is told in lib/services.
local account_key, journal_key, outbox_key, due_key, hold_key, holds_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local tenant, account_id, mark, contents, amount_micros, wanted, hold_id, told_service, listed, authorised, payment_id,
  note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
-- Empty is that of the hold.
local service = told_service ~= '' and told_service or redis.call('HGET', hold_key, 'service') or 'calls'
local counter = 'usage:' .. service
-- include: lib/wallet
local met = read[10]
local amount = string.find(amount_micros, '^[1-9]%d*$') and amount_micros + 0
-- include: lib/place
-- include: lib/freed
-- Most captures change nothing but numbers, and are made without a function: see post_usage.
if held and amount and currency == wanted and (met or listed == '1' or told_service == '')
  and balance + held - amount >= math.max(least, bottom) and total + amount <= MAX
  and (authorised ~= '1' or amount <= held
    or (amount <= balance + held and call('HEXISTS', account_key, 'stopped:' .. service) == 0)) then
  local fate = 'captured'
  -- include: lib/over
  do
    -- include: lib/back
  end
  local kind, debit, credit, micros, lots = 'usage', 'wallet', counter, amount_micros, lot
  balance, version = balance - amount, version + 1
  -- include: lib/name
  -- include: lib/write
  outcome = outcome .. ' ' .. format('%d', held) .. ' ' .. currency
  call('HSET', place_key, mark, contents .. outcome)
  -- include: lib/grow
  call('HSET', account_key, 'balance', after, 'version', format('%d', version), 'bottom', format('%d', bottom),
    'least', format('%d', least), 'total:' .. counter, format('%d', total + amount))
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
local state, held = read_hold()
if not state then return 'refused unknown_hold' end
if state ~= 'held' and state ~= 'expired' then return 'refused hold_resolved' end
if state == 'expired' then held = 0 end
account = read_account(account_key)

local function uncovered()
  if account.state == 'closed' then return 'refused account_closed' end
  if balance + held - amount < -MAX or total + amount > MAX then return 'refused balance_limit' end
  if authorised ~= '1' or amount <= held then return nil end
  if account.state == 'frozen' then return 'refused account_frozen' end
  if call('HEXISTS', account_key, 'stopped:' .. service) == 1 then return 'refused service_stopped' end
  if balance + held - amount < -tonumber(account.overdraft) then return 'refused insufficient_credit' end
end

local refused = uncovered() or told_service ~= '' and service_refusal()
if refused then return refused end
begin()
refused = uncovered() -- now that what has expired is gone
if refused then
  save_account()
  return refused
end
-- Paid before the hold is given back: a lot that has expired meanwhile still pays for what was set aside of it.
local lots = consume(amount)
if held > 0 then give_back(held, note) end
local outcome = enter(-amount, 'usage', 'wallet', counter, amount_micros, lots, note)
count(counter, amount)
resolve('captured')
settle('release')
consider_recharge(ctx, account, payment_key, payment_id)
save_account()
return remember_posted(mark, contents,
  table.concat({ string.match(outcome, '^%S+'), format('%d', balance), format('%d', held), currency }, ' '))
