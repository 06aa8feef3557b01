-- reverse_record: put one call record of an entry right: give its amount and its included minutes back, once for ever, to where
-- the entry took them from.
-- KEYS: account journal reversed outbox due payment pooled
-- ARGV: tenant account_id entry_id told record amount_micros minutes mark contents lifetime_ms payment_id note
-- Output: 'posted <entry> <after> <change> <currency>' | 'repeated <entry> <after> <change> <currency>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired recharge_due
--   recharge_blocked
-- A script cannot unpack the lines: the caller has, and says what the record's amount is there, "" without such a record, its
-- `minutes` (see lib/minutes), and in `told` what he unpacked. It has to be the entry, byte for byte, and all that is given back
-- stays within its sum, and within what it took of each pool.
local account_key, journal_key, reversed_key, outbox_key, due_key, payment_key, pooled_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local tenant, account_id, entry_id, told, record, amount_micros, minutes, mark, contents, lifetime_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
-- include: lib/original
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
-- include: lib/minutes
-- include: lib/reversal

local known = recall(mark)
if known then return repeated_reversal(known, contents) end
if not was then return 'refused unknown_entry' end
if was ~= 'records' or line ~= told then return 'refused unknown_record' end
if amount_micros == '0' and minutes == '' then return 'refused not_reversible' end
if amount_micros ~= '0' and not canonical(amount_micros) then return 'refused unknown_record' end
local already, lines, sum, left_before = read_reversed()
if already then return 'refused already_reversed' end
local delta, minutes_left = tonumber(amount_micros), less(left_before, minutes)
if sum + delta > tonumber(micros) or not minutes_left then return 'refused unknown_record' end
account = read_account(account_key)
local refused = correction_refusal(delta)
if refused then return refused end

local outcome = correct(delta, 'reversal', noted(note, minutes), lifetime_ms, payment_key, payment_id, mark, contents)
give_minutes_back(minutes)
keep_lines(lines + 1, sum + delta, minutes_left)
return keep_reversed(outcome, delta)
