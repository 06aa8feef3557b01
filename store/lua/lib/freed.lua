-- What an open hold has set aside, `held`, or nil where more than numbers may change when it goes back: a hold that is over,
-- a level that may be armed again, a recharge that may be needless then, a lot whose time is over, or the operation's place
-- that would move with the entry. Of the lot in use as much is left as before, down to a balance of `bottom`.
-- Statements, not a function: see lib/wallet.
-- Uses: lib/wallet, lib/place, `mark`, hold_key.
local hold = call('HMGET', hold_key, 'state', 'amount')
local read = call('HMGET', account_key, 'low', 'exhausted', 'recharge_slot', 'bottom', 'held')
local held, bottom = nil, nil
if hold[1] == 'held' and read[1] == '' and read[2] ~= '1' and (read[3] or '') == '' and now < till
  and (version + 1 - base) % LOAD ~= 0 and version > base
  and call('HEXISTS', place_key, mark) == 0 and not (older_key and call('HGET', older_key, mark)) then
  held = hold[2] + 0
  bottom = read[4] + held
end
