-- What a hold had set aside goes back into the wallet, and changes nothing but numbers: see lib/freed.
-- Statements, not a function: see lib/wallet.
-- Uses: lib/wallet, lib/freed, lib/place, mark, contents, note.
local kind, debit, credit, micros, lots = 'release', 'holds', 'wallet', format('%d', held), ''
balance, version, least = balance + held, version + 1, math.max(least, bottom)
-- include: lib/name
-- include: lib/write
call('HINCRBY', account_key, 'held', '-' .. micros)
