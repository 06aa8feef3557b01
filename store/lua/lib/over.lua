-- A hold is over. Only what became of it, `fate`, is kept; the journal has the rest. One that has expired may still be
-- captured, as usage of its service.
-- Statements, not a function: see lib/wallet.
-- Uses: the verb's hold_key, holds_key, due_key, hold_id, tenant, account_id.
call('HSET', hold_key, 'state', fate)
call('HDEL', hold_key, 'amount', 'placed_ms', 'expires_ms', fate == 'expired' and 'amount' or 'service')
call('PEXPIRE', hold_key, '15552000000') -- no less than its operations
call('ZREM', holds_key, hold_id)
call('ZREM', due_key, 'hold:' .. tenant .. ':' .. account_id .. ':' .. hold_id)
