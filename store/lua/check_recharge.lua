-- check_recharge: look whether a recharge is due now, without a posting: a cool-down, a day or a month has ended.
-- KEYS: account outbox due payment
-- ARGV: tenant account_id payment_id
-- Output: {'done', slot}
-- Event: recharge_due recharge_blocked
local account_key, outbox_key, due_key, payment_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, payment_id = ARGV[1], ARGV[2], ARGV[3]
-- include: lib/clock
-- include: lib/account

redis.call('ZREM', due_key, 'check:' .. tenant .. ':' .. account_id)
local account = read_account(account_key)
if not account then return { 'done', '' } end
local ctx = {
  account_key = account_key, outbox = outbox_key, due = due_key,
  tenant = tenant, account_id = account_id, now = now_ms(),
}
consider_recharge(ctx, account, payment_key, payment_id)
return { 'done', account.recharge_slot }
