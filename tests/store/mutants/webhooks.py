"""Faults in endpoints and in what is delivered to them."""

from tests.store import test_deliveries as deliveries
from tests.store import test_undelivered as undelivered
from tests.store import test_webhooks as endpoints
from tests.store.mutants.mutant import NEVER, Mutant

WEBHOOKS = [
    Mutant(
        "add_webhook",
        "if redis.call('SISMEMBER', webhooks_key, webhook_id) == 1 then return { 'done', 'added' } end\n",
        "redis.call('HINCRBY', webhook_key, 'created_ms', 1)\n",
        endpoints.test_registered_again_after_a_lost_reply_there_is_one,
    ),
    Mutant("add_webhook", ">= tonumber(most)", "> tonumber(most)", endpoints.test_workspace_has_a_limit),
    Mutant("add_webhook", "'state', 'on', ", "'state', 'off', ", endpoints.test_endpoint_is_registered),
    *(
        Mutant(
            "set_webhook",
            old,
            new,
            endpoints.test_what_waits_for_an_endpoint_that_is_switched_off_goes_on_when_it_is_on,
        )
        for old, new in (
            ("if state == 'on' then", NEVER),
            ("before == state and", "before ~= state and"),
            ("redis.call('HSET', webhook_key, 'state', state)\n", ""),
        )
    ),
    *(
        Mutant(
            file,
            "if not before then return { 'refused', 'unknown_webhook' } end\n",
            "before = before or ''\n",
            endpoints.test_change_of_an_unknown_endpoint_is_refused,
            {"verb": verb},
        )
        for file, verb in (("set_webhook", "switch"), ("rotate_secret", "rotate"))
    ),
    Mutant("rotate_secret", "if before ~= secret then", "if true then", endpoints.test_both_secrets_sign_for_a_day),
    Mutant("rotate_secret", "now_ms() + tonumber(keep_ms)", "now_ms()", endpoints.test_both_secrets_sign_for_a_day),
    *(
        Mutant("remove_webhook", old, new, endpoints.test_removed_endpoint_leaves_nothing)
        for old, new in (
            ("'DEL', webhook_key, deliveries_key, delivering_key, ", "'DEL', webhook_key, deliveries_key, "),
            ("redis.call('DEL', webhook_key, ", "redis.call('DEL', "),
            ("delivered_key, undelivered_key)", "delivered_key)"),
            ("deliveries_key, delivering_key, delivered_key, undelivered_key)", "delivering_key, undelivered_key)"),
            ("redis.call('ZREM', pushing_key, member)\n", ""),
            ("== 0 then return { 'done', 'unchanged' } end", "== 0 then return { 'done', 'removed' } end"),
        )
    ),
]

QUEUES = [
    Mutant(
        "queue_delivery",
        "if redis.call('HGET', webhook_key, 'state') ~= 'on' then",
        NEVER,
        undelivered.test_endpoint_that_is_gone_is_switched_off_at_once,
    ),
    Mutant(
        "queue_delivery",
        "redis.call('HGET', deliveries_key, delivery_id) or ",
        "",
        deliveries.test_delivery_is_queued_once,
    ),
    Mutant(
        "queue_delivery",
        " or redis.call('ZSCORE', delivered_key, delivery_id)",
        "",
        deliveries.test_delivery_is_queued_once,
    ),
    Mutant(
        "queue_delivery",
        "redis.call('ZADD', pushing_key, 'LT', at, member)\n",
        "",
        deliveries.test_deliveries_come_in_the_order_of_the_events,
    ),
    Mutant(
        "claim_delivery",
        "if redis.call('GET', lease_key) ~= owner then",
        NEVER,
        deliveries.test_without_the_lease_nothing_is_claimed,
    ),
    Mutant(
        "claim_delivery",
        " or webhook[1] ~= 'on'",
        "",
        endpoints.test_what_waits_for_an_endpoint_that_is_switched_off_goes_on_when_it_is_on,
    ),
    Mutant(
        "claim_delivery",
        "redis.call('ZREM', pushing_key, member)\n",
        "",
        deliveries.test_deliveries_come_in_the_order_of_the_events,
    ),
    Mutant(
        "claim_delivery",
        ", tonumber(webhook[2] or '') or 0)",
        ", 0)",
        deliveries.test_endpoint_is_left_alone_as_long_as_it_asks,
        {"asked_s": 90, "waits_s": 90},
    ),
    Mutant(
        "claim_delivery",
        "at + tonumber(hold_ms)",
        "at",
        deliveries.test_claimed_delivery_is_nobody_elses_until_its_time_is_over,
    ),
    Mutant(
        "claim_delivery",
        "'/tries', 1)",
        "'/tries', 0)",
        deliveries.test_claimed_delivery_is_nobody_elses_until_its_time_is_over,
    ),
    Mutant(
        "claim_delivery",
        "redis.call('ZADD', pushing_key, string.format('%.0f', next_ms), member)\n",
        "",
        undelivered.test_failed_delivery_is_tried_nine_times_over_a_day_and_a_half,
    ),
]

SETTLES = [
    *(
        Mutant("settle_delivery", old, new, deliveries.test_late_answer_settles_nothing_that_was_begun_anew)
        for old, new in (
            ("if redis.call('HGET', deliveries_key, delivery_id .. '/tries') ~= tries then", NEVER),
            ("'/tries') ~= tries", "'/tries') == false"),
        )
    ),
    *(
        Mutant("settle_delivery", old, new, deliveries.test_arrived_delivery_is_forgotten_but_for_its_id)
        for old, new in (
            ("  forget(delivery_id)\n", ""),
            ("'why', '', 'told'", "'told'"),
            ("redis.call('ZREMRANGEBYSCORE'", "type('ZREMRANGEBYSCORE'"),
            ("redis.call('PEXPIRE', delivered_key, keep_ms)\n", ""),
            ("redis.call('ZREM', delivering_key, delivery_id)\n  forget", "forget"),
        )
    ),
    Mutant(
        "settle_delivery",
        "'told', '', 'paused_ms', '')",
        "'told', '')",
        deliveries.test_pause_ends_with_a_delivery_that_arrives,
    ),
    *(
        Mutant("settle_delivery", old, new, undelivered.test_given_up_delivery_is_told_once_until_one_arrives)
        for old, new in (
            ("if not told then", "if true then"),
            ("if told then emit", "if true then emit"),
            (", 'told', '', 'paused_ms'", ", 'paused_ms'"),
            ("redis.call('HSET', webhook_key, 'told', '1')\n", ""),
        )
    ),
    *(
        Mutant("settle_delivery", old, new, undelivered.test_failed_delivery_is_tried_nine_times_over_a_day_and_a_half)
        for old, new in (
            ("ctx.now + tonumber(wait_ms)", "ctx.now"),
            ("redis.call('HSET', deliveries_key, delivery_id .. '/why', why)\n", ""),
            ("redis.call('ZADD', undelivered_key, text(ctx.now), delivery_id)\n", ""),
        )
    ),
    Mutant(
        "settle_delivery",
        "if pause_ms ~= '0' then",
        NEVER,
        deliveries.test_endpoint_is_left_alone_as_long_as_it_asks,
        {"asked_s": 90, "waits_s": 90},
    ),
    Mutant(
        "settle_delivery",
        "if outcome == 'gone' then",
        NEVER,
        undelivered.test_endpoint_that_is_gone_is_switched_off_at_once,
    ),
    *(
        Mutant("settle_delivery", old, new, undelivered.test_what_was_given_up_long_ago_is_buried)
        for old, new in (
            ("  redis.call('ZREM', undelivered_key, id)\n", ""),
            ("  forget(id)\n", ""),
            ("'-inf', long_ago", "'-inf', '+inf'"),
        )
    ),
]

RETRIES = [
    Mutant(
        "retry_deliveries",
        "if not state then return { 'refused', 'unknown_webhook' } end\n",
        "state = state or ''\n",
        endpoints.test_change_of_an_unknown_endpoint_is_refused,
        {"verb": "retry"},
    ),
    *(
        Mutant("retry_deliveries", old, new, undelivered.test_person_has_everything_tried_again, {"state": state})
        for old, new, state in (
            ("state == 'gone' and 'on' or state", "state", "gone"),
            ("state == 'gone' and 'on' or state", "'on'", "off"),
            ("  redis.call('HSET', deliveries_key, id .. '/tries', '0')\n", "", "gone"),
            ("if state ~= 'off' then", NEVER, "gone"),
            ("  redis.call('ZREM', undelivered_key, id)\n", "", "gone"),
        )
    ),
    Mutant("retry_deliveries", ", 'paused_ms', ''", "", undelivered.test_retry_ends_a_pause),
]
