-- reverse_entry: put an entry right: debit what it credited and credit what it debited, once for ever. What it says is read
-- here from the journal, so that nobody can name another amount.
-- KEYS: account journal reversed outbox due payment
-- ARGV: tenant account_id entry_id mark contents lifetime_ms payment_id note
-- Output: 'posted <entry> <after> <change> <currency>' | 'repeated <entry> <after> <change> <currency>' | 'refused <reason>'
-- Event: balance_low balance_exhausted balance_recovered credit_expired recharge_due recharge_blocked
local account_key, journal_key, reversed_key, outbox_key, due_key, payment_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, entry_id, mark, contents, lifetime_ms, payment_id, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
-- Others have an end of their own: a hold's release, a transfer back, the provider's refund.
local REVERSIBLE = { usage = true, records = true, grant = true, adjustment = true, expiry = true }
local ms, number = string.match(entry_id, '^(%d+)%-(%d+)$')
local readable = ms and #ms <= 19 and #number <= 19
local found = readable and redis.call('XRANGE', journal_key, entry_id, entry_id)[1]
-- Redis reads "01-1" as "1-1" as well: an entry has one name, or it would be reversed under each.
local named = found and found[1] == entry_id and found[2][2] or ''
local was, debit, credit, micros = string.match(named, '^([^\t]+)\t([^\t]+)\t([^\t]+)\t(%d+)\t')
local counter = debit == 'wallet' and credit or debit or ''
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

-- What its reversal changed, which `reversed` keeps beside that one's entry.
local already = call('HGET', reversed_key, entry_id)
local known = recall(mark)
if known then
  local answer = repeated(known, contents)
  if not string.find(answer, '^repeated ') then return answer end
  return answer .. ' ' .. string.match(already, '%S+$') .. ' ' .. currency
end
if not was then return 'refused unknown_entry' end
if not REVERSIBLE[was] then return 'refused not_reversible' end
if already then return 'refused already_reversed' end
account = read_account(account_key)
local delta = debit == 'wallet' and tonumber(micros) or -tonumber(micros)
local refused = correction_refusal(delta)
if refused then return refused end

local outcome = correct(delta, 'reversal', note, lifetime_ms, payment_key, payment_id, mark, contents)
local change = format('%d', delta)
call('HSET', reversed_key, entry_id, string.match(outcome, '^%S+') .. ' ' .. change)
return 'posted ' .. outcome .. ' ' .. change .. ' ' .. currency
