-- The entry that is put right: what the journal says of it. Of one that has left the journal, what the caller says, who read it
-- in the archive and proved its file by the chain of digests whose end Redis keeps (`Archive.proven`): a script cannot read
-- there, and who may call this may adjust the balance as well. Nobody is believed about an entry that is not archived, and it
-- is known by its version, of which there is one, so that no other spelling and no other time makes it another.
-- Statements, not a function: see lib/wallet.
-- Uses: account_key, journal_key, entry_id, told. Sets number, line, was, debit, credit, micros, counter.
local ms, number = string.match(entry_id, '^([1-9]%d*)%-([1-9]%d*)$')
local readable = ms and #ms <= 15 and #number <= 15
local found = readable and redis.call('XRANGE', journal_key, entry_id, entry_id)[1]
local line = found and found[2][2] or ''
if readable and not found then
  local last_ms, last = string.match(redis.call('HGET', account_key, 'archived') or '', '^(%d+)%-(%d+)$')
  if last and number + 0 <= last + 0 and ms + 0 <= last_ms + 0 then line = told end
end
local was, debit, credit, micros = string.match(line, '^([^\t]+)\t([^\t]+)\t([^\t]+)\t(%d+)\t')
if string.find(micros or '', '^0') and (was ~= 'records' or micros ~= '0') then was = nil end
local counter = debit == 'wallet' and credit or debit or ''
