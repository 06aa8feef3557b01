-- After an entry: the table of operations grows with the postings. One bucket more takes over from another what now belongs
-- to it, in parts: whoever chooses ids can make them all fall into one, and Lua passes no more than 8,000 arguments. A bucket
-- lives until the epoch after its own is over; its empty field keeps it, and with it that time.
-- Statements, not a function: see lib/wallet.
-- Uses: lib/wallet.
if (version - base) % LOAD == 0 or version - base == 1 then
  local nth, moved, gone = floor((version - base) / LOAD), { '', '' }, {}
  if nth > 0 then
    local _, bits = math.frexp(nth)
    local from_key, slots = account_key .. ':op:' .. epoch .. ':' .. (nth - 2 ^ (bits - 1)), 2 ^ bits
    local all = call('HGETALL', from_key)
    for j = 1, #all, 2 do
      local c1, c2, c3, c4, c5 = string.byte(all[j], 1, 5)
      if c5 and ((((c1 * 67 + c2) * 67 + c3) * 67 + c4) * 67 + c5) % slots == nth then
        gone[#gone + 1] = all[j]
        moved[#moved + 1] = all[j]
        moved[#moved + 1] = all[j + 1]
      end
    end
    for j = 1, #gone, 1000 do call('HDEL', from_key, unpack(gone, j, math.min(j + 999, #gone))) end
  end
  local bucket_key = account_key .. ':op:' .. epoch .. ':' .. nth
  for j = 1, #moved, 1000 do call('HSET', bucket_key, unpack(moved, j, math.min(j + 999, #moved))) end
  call('PEXPIREAT', bucket_key, format('%d', (epoch + 2) * EPOCH_MS))
end
