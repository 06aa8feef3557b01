-- load_centres: a tenant's rules for cost centres are these from now on; those before are kept.
-- KEYS: centres outbox
-- ARGV: tenant account_id actor count content
-- Output: {'done', 'changed' | 'unchanged'}
-- Event: settings_changed
local centres_key, outbox_key = KEYS[1], KEYS[2]
local tenant, account_id, actor, count, content = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
-- include: lib/clock
-- include: lib/account

local number = tonumber(redis.call('HGET', centres_key, 'number') or '0')
local before = redis.call('HGET', centres_key, text(number)) or ''
local had, old = string.match(before, '^%d+\t[^\t]*\t(%d+)\t(.*)$')
if (old or '') == content then return { 'done', 'unchanged' } end
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
redis.call('HSET', centres_key, text(number + 1), table.concat({ text(ctx.now), actor, count, content }, '\t'),
  'number', text(number + 1))
emit(ctx, 'settings_changed', 'topic', 'centres', 'by', actor, 'currency', '',
  'changes', cjson.encode({ { field = 'centres', old = had or '0', new = count } }))
return { 'done', 'changed' }
