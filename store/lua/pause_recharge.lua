-- pause_recharge: stop auto-recharge until a person resumes it, for a reason that is no decline; told like any pause.
-- KEYS: account outbox due
-- ARGV: tenant account_id reason
-- Output: {'done', 'paused' | 'unchanged'} | {'refused', reason}
-- Event: recharge_paused
local account_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, reason = ARGV[1], ARGV[2], ARGV[3]
-- include: lib/clock
-- include: lib/account

local account = read_account(account_key)
if not account then return { 'refused', 'unknown_account' } end
if account.recharge_on ~= '1' or account.recharge_paused ~= '' then return { 'done', 'unchanged' } end

local ctx = { outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id, now = now_ms() }
redis.call('HSET', account_key, 'recharge_paused', reason)
look_at_slot(ctx, account, true)
emit(ctx, 'recharge_paused', 'payment', account.recharge_slot, 'kind', 'recharge', 'amount_micros', account.recharge_amount,
  'currency', account.currency, 'method', account.method, 'reason', reason, 'attempt', '0', 'by', '', 'channel', '')
return { 'done', 'paused' }
