-- post_records: debit call records of one account and service by one entry, as if they came one by one.
-- Where some are known already nothing is posted: the answer says which, so that the others can come alone. Nor where a pool
-- has given more than their prices were reckoned with, or where calls that were to get their price late have one.
-- KEYS: account journal outbox due payment pooled unpriced home
-- ARGV: wanted service sum_micros amounts note starts all_marks uses unpriced late home_told listed
-- `amounts` are in the order of the records. `starts`, `all_marks`, `home_told` are told in lib/marks, `uses` in lib/pooled,
-- `unpriced` and `late` in lib/unpriced; each of these may be "". `listed` is told in lib/services.
-- Output: 'posted <entry> <after>' | 'refused <reason>' | 'known <a character for each: . new, = known, ! with other contents>'
--   | 'moved pools' | 'moved late'
-- Event: balance_low balance_exhausted services_halted credit_expired recharge_due recharge_blocked pool_low pool_exhausted
-- `home` is the account that the source named, which need not be the one that pays; both know the records.
-- `payment` is the record of the recharge that may open; there is none yet, and its id is the name of this call.
-- `sum_micros` is the sum of `amounts`.
local account_key, journal_key, outbox_key, due_key, payment_key, pooled_key, unpriced_key, home_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local wanted, service, sum_micros, amounts, note, starts, all_marks, uses, unpriced, late, home_told, listed =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11],
  ARGV[12]
local counter = 'usage:' .. service
-- include: lib/wallet
local met = read[10]
local tenant, account_id = string.match(account_key, ':t:([^:]+):a:([^:]+)$')
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
local homes = home_key == account_key and { account_key } or { account_key, home_key }
-- include: lib/marks
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/records
-- include: lib/pooled
-- include: lib/unpriced
-- include: lib/services

local kept = read_days()
local known = find_records(kept)
if known then return 'known ' .. known end
if currency ~= wanted then return 'refused currency_mismatch' end
if pools_moved() then return 'moved pools' end
if late_moved() then return 'moved late' end
if sum_micros ~= '0' and not canonical(sum_micros) then return 'refused balance_limit' end
local sum = tonumber(sum_micros)
if balance - sum < -MAX or total + sum > MAX then return 'refused balance_limit' end
account = read_account(account_key)
if account.state == 'closed' then return 'refused account_closed' end
local refused = service_refusal()
if refused then return refused end

begin()
local lots = consume(sum)
local outcome = enter(-sum, 'records', 'wallet', counter, sum_micros, lots, note)
count(counter, sum)
remember_records(kept, string.match(payment_key, '[^:]+$'))
use_pools()
keep_unpriced(string.match(outcome, '^%S+'))
-- Each level is crossed by the record that crosses it, and told with the balance there.
local at, level, looked = balance + sum, least_by_rules(), false
for micros in string.gmatch(balance < level and amounts or '', '%d+') do
  at = at - micros
  if at < level then
    settle_downwards(ctx, account, at)
    if not looked and at < (tonumber(account.recharge_below) or -MAX) then
      account.balance, looked = format('%d', at), true
      consider_recharge(ctx, account, payment_key, string.match(payment_key, '[^:]+$'))
    end
    level = least_by_rules(looked)
  end
end
save_account()
return 'posted ' .. outcome
