-- adjust_balance: correct an account by an amount that a person answers for, up or down, below zero if need be.
-- KEYS: account journal outbox due payment
-- ARGV: tenant account_id mark contents change_micros wanted lifetime_ms payment_id note
-- Output: 'posted <entry> <after>' | 'repeated <entry> <after>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired recharge_due
--   recharge_blocked
local account_key, journal_key, outbox_key, due_key, payment_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local tenant, account_id, mark, contents, change_micros, wanted, lifetime_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local counter = 'adjustments'
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules
-- include: lib/correction

local known = recall(mark)
if known then return repeated(known, contents) end
if currency ~= wanted then return 'refused currency_mismatch' end
if not canonical(string.match(change_micros, '^%-?(.*)$')) then return 'refused amount_invalid' end
local delta = tonumber(change_micros)
account = read_account(account_key)
local refused = correction_refusal(delta)
if refused then return refused end

return 'posted ' .. correct(delta, 'adjustment', note, lifetime_ms, payment_key, payment_id, mark, contents)
