-- Where an operation is remembered: place_key in this epoch, older_key in the one before, if there was one.
-- Operations are remembered in a linear hash table (Litwin 1980) of small hashes: a bucket more for every LOAD postings,
-- so that one is looked up and kept at the same cost however many there are. Statements, not a function: see lib/wallet.
-- Uses: lib/wallet, `mark`.
local c1, c2, c3, c4, c5 = string.byte(mark, 1, 5)
local hash, buckets = (((c1 * 67 + c2) * 67 + c3) * 67 + c4) * 67 + c5, 1 + floor((version - base) / LOAD)
local _, bits = math.frexp(buckets)
local number = hash % 2 ^ bits
if number >= buckets then number = hash % 2 ^ (bits - 1) end
local place_key, older_key = account_key .. ':op:' .. epoch .. ':' .. number, nil
if older < base then
  buckets = 1 + floor((base - older) / LOAD)
  _, bits = math.frexp(buckets)
  number = hash % 2 ^ bits
  if number >= buckets then number = hash % 2 ^ (bits - 1) end
  older_key = account_key .. ':op:' .. (epoch - 1) .. ':' .. number
end
