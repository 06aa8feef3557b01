-- reverse_entry: put an entry right: debit what it credited and credit what it debited, once for ever. Of call records, what is
-- left of them where some were reversed by themselves. What they took of pools goes back there.
-- KEYS: account journal reversed outbox due payment unpriced pooled
-- ARGV: tenant account_id entry_id told mark contents lifetime_ms payment_id note
-- Output: 'posted <entry> <after> <change> <currency>' | 'repeated <entry> <after> <change> <currency>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired recharge_due
--   recharge_blocked
-- Calls in it that have no price yet do not get one later. `told` is the entry's line from the archive, or "": see lib/original.
local account_key, journal_key, reversed_key, outbox_key, due_key, payment_key, unpriced_key, pooled_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local tenant, account_id, entry_id, told, mark, contents, lifetime_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
-- Others have an end of their own: a hold's release, a transfer back, the provider's refund.
local REVERSIBLE = { usage = true, records = true, grant = true, adjustment = true, expiry = true }
local record = ''
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
if not REVERSIBLE[was] or (micros == '0' and used == '') then return 'refused not_reversible' end
local already, _, sum, minutes = read_reversed()
local rest = micros - sum
if already or (rest == 0 and minutes == '') then return 'refused already_reversed' end
account = read_account(account_key)
local delta = debit == 'wallet' and rest or -rest
local refused = correction_refusal(delta)
if refused then return refused end

local outcome = correct(delta, 'reversal', noted(note, minutes), lifetime_ms, payment_key, payment_id, mark, contents)
call('HDEL', unpriced_key, entry_id)
give_minutes_back(minutes)
return keep_reversed(outcome, delta)
