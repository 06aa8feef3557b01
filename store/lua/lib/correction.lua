-- A correction: the wallet changes by `delta`, below zero if need be, and `counter` by the opposite. What it gives back is a
-- new lot that was paid for; what it takes comes out of the lots as usage does. Where only minutes go back it is 0.
-- Uses: lib/wallet, lib/posting, lib/account, lib/lots, lib/rules; the verb's `ctx` and `account`.
local function correction_refusal(delta)
  if account.state == 'closed' then return 'refused account_closed' end
  if balance + account.held + delta > MAX or balance + delta < -MAX then return 'refused balance_limit' end
  if math.abs(total - delta) > MAX then return 'refused balance_limit' end
end

-- Answers its entry and the balance after. `lifetime_ms` is that of the new lot; a recharge may open under `payment_id`.
local function correct(delta, kind, note, lifetime_ms, payment_key, payment_id, mark, contents)
  begin()
  local given = delta >= 0
  local lots = delta > 0 and add_lot(delta, PAID, now + tonumber(lifetime_ms)) or consume(-delta)
  local debit, credit = given and counter or 'wallet', given and 'wallet' or counter
  local _, place_key = recall(mark) -- an expiry may have moved the place
  local outcome = enter(delta, kind, debit, credit, format('%d', math.abs(delta)), lots, note, place_key, mark, contents)
  count(counter, -delta)
  if given then
    settle_upwards(ctx, account, balance, kind)
    sync()
    look_at_slot(ctx, account)
  else
    settle_down(payment_key, payment_id)
  end
  save_account()
  return outcome
end
