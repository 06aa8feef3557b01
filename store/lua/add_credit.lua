-- add_credit: credit an account with money that no payment of ours brought: a grant, or an adjustment.
-- KEYS: account journal outbox due
-- ARGV: tenant account_id mark contents amount_micros wanted kind counter rank_class lifetime_ms note
-- Output: 'posted <entry> <after>' | 'repeated <entry> <after>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted balance_recovered services_resumed credit_expired
local account_key, journal_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, mark, contents, amount_micros, wanted, kind, counter, rank_class, lifetime_ms, note =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules

local known = recall(mark)
if known then return repeated(known, contents) end
if currency ~= wanted then return 'refused currency_mismatch' end
if not canonical(amount_micros) then return 'refused amount_invalid' end
local amount = tonumber(amount_micros)
account = read_account(account_key)
if balance + account.held + amount > MAX or total - amount < -MAX then return 'refused balance_limit' end
if account.state == 'closed' then return 'refused account_closed' end

begin()
local expires = lifetime_ms == '0' and NEVER or now + tonumber(lifetime_ms)
local lots = add_lot(amount, tonumber(rank_class), expires)
local _, place_key = recall(mark) -- an expiry may have moved the place
local outcome = enter(amount, kind, counter, 'wallet', amount_micros, lots, note, place_key, mark, contents)
count(counter, -amount)
settle_upwards(ctx, account, balance, kind)
sync()
look_at_slot(ctx, account)
save_account()
return 'posted ' .. outcome
