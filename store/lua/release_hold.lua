-- release_hold: the call did not come about, or costs nothing: give back what was set aside for it.
-- KEYS: account journal outbox due hold holds
-- ARGV: tenant account_id mark contents hold_id note
-- Output: 'posted | repeated <entry> <after> <released> <currency>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired
local account_key, journal_key, outbox_key, due_key, hold_key, holds_key =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local tenant, account_id, mark, contents, hold_id, note = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local counter = 'expired'
-- include: lib/wallet
-- include: lib/place
-- include: lib/freed
-- Most releases change nothing but numbers, and are made without a function: see post_usage.
if held then
  local fate = 'released'
  -- include: lib/over
  -- include: lib/back
  outcome = outcome .. ' ' .. micros .. ' ' .. currency
  call('HSET', place_key, mark, contents .. outcome)
  call('HSET', account_key, 'balance', after, 'version', format('%d', version), 'bottom', format('%d', bottom),
    'least', format('%d', least))
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

local known = recall(mark)
if known then return repeated(known, contents) end
local state, held = read_hold()
if not state then return 'refused unknown_hold' end
if state ~= 'held' then return 'refused hold_resolved' end
account = read_account(account_key)

begin()
local outcome = give_back(held, note)
resolve('released')
settle('release')
save_account()
return remember_posted(mark, contents,
  table.concat({ string.match(outcome, '^%S+'), format('%d', balance), format('%d', held), currency }, ' '))
