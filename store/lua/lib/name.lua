-- The name of the next entry, of Redis' time and the wallet's version, and what its operation is answered with.
-- Statements, not a function: see lib/wallet.
-- Uses: lib/wallet; `balance` and `version` are already those after the entry. Sets entry, after, outcome.
local entry, after = format('%d-%d', now, version), format('%d', balance)
local outcome = entry .. ' ' .. after
