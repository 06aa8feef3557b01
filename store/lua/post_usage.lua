-- post_usage: debit usage, one posting or many of one account, each with its own outcome, as if they came one by one.
-- Recorded usage has happened and posts even below zero; authorised usage posts only within what is available.
-- KEYS: account journal outbox due payment
-- ARGV: wanted authorised postings...
-- Each posting: mark contents amount_micros service note
-- Output: a line for each posting: 'posted <entry> <after>' | 'repeated <entry> <after>' | 'refused <reason>'
-- Event: balance_low balance_exhausted services_halted credit_expired recharge_due recharge_blocked
-- `payment` is the record of the recharge that may open; there is none yet.
local account_key, journal_key, outbox_key, due_key, payment_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local wanted, authorised = ARGV[1], ARGV[2]
local counter = 'usage:' .. ARGV[6]
-- include: lib/wallet

local outcomes, saved = {}, version
for i = 3, #ARGV, 5 do
  local mark, contents, micros, credit, note = ARGV[i], ARGV[i + 1], ARGV[i + 2], 'usage:' .. ARGV[i + 3], ARGV[i + 4]
  -- include: lib/place
  local known = older_key and call('HGET', older_key, mark)
  local amount = not known and currency == wanted and string.find(micros, '^[1-9]%d*$') and #micros <= 16 and micros + 0
  local posted = false
  -- Most postings change nothing but numbers, and are made without a function: those cost more than they do.
  if amount and balance - amount >= least and now < till and total + amount <= MAX and credit == counter
    and (authorised ~= '1' or balance >= amount and call('HEXISTS', account_key, 'stopped:' .. ARGV[i + 3]) == 0) then
    local kind, debit, lots = 'usage', 'wallet', lot
    balance, version = balance - amount, version + 1
    -- include: lib/name
    posted = call('HSETNX', place_key, mark, contents .. entry) == 1
    if posted then
      -- include: lib/write
      total = total + amount
      -- include: lib/grow
      outcomes[#outcomes + 1] = 'posted ' .. outcome
    else
      balance, version = balance + amount, version - 1
    end
  end
  if not posted then
    local tenant, account_id = string.match(account_key, ':t:([^:]+):a:([^:]+)$')
    local ctx = { account_key = account_key, outbox = outbox_key, due = due_key, tenant = tenant, account_id = account_id,
      now = now }
    local account = nil
    -- include: lib/posting
    -- include: lib/clock
    -- include: lib/account
    -- include: lib/lots
    -- include: lib/rules

    local function refusal()
      if account.state == 'closed' then return 'refused account_closed' end
      if authorised == '1' and account.state == 'frozen' then return 'refused account_frozen' end
      if authorised == '1' and call('HEXISTS', account_key, 'stopped:' .. ARGV[i + 3]) == 1 then
        return 'refused service_stopped'
      end
      if authorised == '1' and balance - amount < -tonumber(account.overdraft) then return 'refused insufficient_credit' end
      local given = credit == counter and total or (call('HGET', account_key, 'total:' .. credit) or 0) + 0
      if balance - amount < -MAX or given + amount > MAX then return 'refused balance_limit' end
    end

    local function post()
      known = known or call('HGET', place_key, mark)
      if known then return repeated(known, contents) end
      if currency ~= wanted then return 'refused currency_mismatch' end
      if not canonical(micros) then return 'refused amount_invalid' end
      account = read_account(account_key)
      local answer = refusal()
      if answer then return answer end
      begin()
      answer = refusal() -- now that what has expired is gone
      if not answer then
        local lots = consume(amount)
        local _, at_key = recall(mark) -- an expiry may have moved the place
        local outcome = enter(-amount, 'usage', 'wallet', credit, micros, lots, note, at_key, mark, contents)
        count(credit, amount)
        settle_down(payment_key, string.match(payment_key, '[^:]+$'))
        answer = 'posted ' .. outcome
      end
      save_account()
      saved = version
      return answer
    end
    outcomes[#outcomes + 1] = post()
  end
end
if version ~= saved then
  call('HSET', account_key, 'balance', format('%d', balance), 'version', format('%d', version),
    'total:' .. counter, format('%d', total))
end
return table.concat(outcomes, '\n')
