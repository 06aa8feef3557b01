-- One entry in the journal. `note` holds actor, operation, reference and memo as the caller put them.
-- Statements, not a function: see lib/wallet.
-- Uses: lib/wallet, lib/name, kind, debit, credit, micros, lots, note, place_key, mark, contents.
local line = kind .. '\t' .. debit .. '\t' .. credit .. '\t' .. micros .. '\t' .. after .. '\t' .. lots .. '\t' .. note
local made = redis.pcall('XADD', journal_key, entry, 'entry', line)
-- A clock that went back: the entry takes the last one's time, so that the journal stays in order.
if type(made) == 'table' then
  local last = call('XREVRANGE', journal_key, '+', '-', 'COUNT', 1)[1][1]
  entry = string.match(last, '^%d+') .. format('-%d', version)
  outcome = entry .. ' ' .. after
  if place_key then call('HSET', place_key, mark, contents .. outcome) end
  call('XADD', journal_key, entry, 'entry', line)
end
