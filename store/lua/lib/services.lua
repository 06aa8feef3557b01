-- An account keeps a total for each of its services for ever, and whoever charges usage names them: of names that nobody has
-- listed it takes so many.
-- Uses: lib/wallet; the verb's `met`, the service's total if it has one, and `listed`, '1' for a service that is no invention.
local MOST_SERVICES = 50

-- Why a service is refused that is new to the account, or nil.
local function service_refusal()
  if listed == '1' or met then return nil end
  local count = 0
  for _, field in ipairs(call('HKEYS', account_key)) do
    if string.sub(field, 1, 12) == 'total:usage:' then count = count + 1 end
  end
  if count >= MOST_SERVICES then return 'refused services_too_many' end
end
