-- expire_lot: the schedule's look at a lot: warn ahead of its end; at its end, take what is left of it out of the wallet.
-- KEYS: account journal outbox due
-- ARGV: tenant account_id id payments payment_id
-- Output: 'warned' | 'expired' | 'held' | 'early' | 'gone'
-- Event: credit_expiring credit_expired balance_low balance_exhausted services_halted recharge_due recharge_blocked
local account_key, journal_key, outbox_key, due_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tenant, account_id, id, payments, payment_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local counter = 'expired'
-- include: lib/wallet
local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
  now = now }
local account = nil
-- include: lib/posting
-- include: lib/clock
-- include: lib/account
-- include: lib/lots
-- include: lib/rules

account = read_account(account_key)
local rest, class, expires = read_lot(id)
if id == lot then rest = balance - account.bottom end
if not rest or rest == 0 then
  call('ZREM', ctx.due, lot_member(id))
  return 'gone'
end
if expires > now then
  -- A look that is asked for again finds the next one scheduled, and warns nobody twice.
  local due_ms = call('ZSCORE', ctx.due, lot_member(id))
  if due_ms and due_ms + 0 > now then return 'early' end
  look_at_lot(id, expires)
  local days = math.ceil((expires - now) / DAY)
  if days > WARN_DAYS[1] then return 'early' end
  emit(ctx, 'credit_expiring', 'lot', id, 'amount_micros', format('%d', rest), 'currency', currency,
    'expires_ms', format('%d', expires), 'days', format('%d', days))
  return 'warned'
end
begin()
rest = id == lot and left or read_lot(id) or 0
if rest > 0 then look_at_lot(id, expires) else forget(id) end
settle_down(payments .. payment_id, payment_id)
save_account()
return rest == 0 and 'expired' or 'held'
