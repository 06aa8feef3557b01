-- The wallet, read into locals, so that a posting costs no table and no function. The verb has bound account_key and
-- journal_key, and `counter`: the ledger account on the other side of its entry.
--
--   balance       credit that nothing is set aside from, millionths; negative is usage that no credit has paid yet
--   least, till   the balance may fall to `least`, and the clock go on until before `till`, and nothing about the
--                 account changes but its numbers; beyond them lib/rules has to look
--   lot           the one that pays now; lib/lots knows what is left of it, and the others
--   epoch         in which operations are now remembered; base, older: the versions at which it and the last one began
--   total         what `counter` has been given in all, less what it gave
local call, format, floor = redis.call, string.format, math.floor
local read = call('HMGET', account_key, 'currency', 'balance', 'version', 'least', 'till', 'lot', 'epoch', 'base', 'older',
  'total:' .. counter)
local currency, lot, epoch = read[1], read[6], read[7]
if not currency then return 'refused unknown_account' end
-- A text becomes a number by arithmetic, at less cost than by tonumber.
local balance, version, least, till, base, older, total =
  read[2] + 0, read[3] + 0, read[4] + 0, read[5] + 0, read[8] + 0, read[9] + 0, (read[10] or 0) + 0
local clock = call('TIME')
local now = clock[1] * 1000 + floor(clock[2] / 1000)

local MAX = 9007199254740991
local EPOCH_MS = 7776000000
-- Postings for one bucket: it holds up to twice as many, and what chance adds, well within Redis' compact form of 128.
local LOAD = 16
