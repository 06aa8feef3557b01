-- load_card: keep a tenant's rate card for ever; one that is there stays as it is.
-- KEYS: cards card outbox
-- ARGV: tenant account_id card_id actor content summary told
-- Output: {'done', 'loaded' | 'known'}
-- Event: settings_changed
local cards_key, card_key, outbox_key = KEYS[1], KEYS[2], KEYS[3]
local tenant, account_id, card_id, actor, content, summary, told =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
-- include: lib/clock
-- include: lib/account

if redis.call('HGET', cards_key, card_id) then return { 'done', 'known' } end
local ctx = { outbox = outbox_key, tenant = tenant, account_id = account_id, now = now_ms() }
-- A card that nothing names is harmless; a name without its card would not be.
redis.call('SET', card_key, content)
local number = redis.call('HLEN', cards_key) + 1
redis.call('HSET', cards_key, card_id, table.concat({ text(number), text(ctx.now), actor, summary }, '\t'))
emit(ctx, 'settings_changed', 'topic', 'rates', 'by', actor, 'currency', '',
  'changes', cjson.encode({ { field = 'card', old = '', new = told } }))
return { 'done', 'loaded' }
