"""What is said of each setting where one is wrong: an example of a right one, and what it must be."""

from typing import Final

from bot import graph_settings

EXAMPLES: Final = {
    ".env": "CREDITS_PORT=8080  (one setting a line)",
    "SLACK_BOT_TOKEN": "SLACK_BOT_TOKEN=xoxb-…  (your app's page, OAuth & Permissions, after installing it)",
    "SLACK_SIGNING_SECRET": "SLACK_SIGNING_SECRET=…  (your app's page, Basic Information, App Credentials)",
    "SLACK_APP_TOKEN": "SLACK_APP_TOKEN=xapp-…  (your app's page, Basic Information, App-Level Tokens)",
    "SLACK_API_URL": "SLACK_API_URL=https://slack.com/api/",
    "REDIS_URL": "REDIS_URL=rediss://user:password@redis.example:6379/0  (of a cluster: …@node-1:6379,node-2:6379)",
    "CREDITS_HOST": "CREDITS_HOST=127.0.0.1",
    "CREDITS_PORT": "CREDITS_PORT=8080  (0 takes any free port)",
    "CREDITS_DATA_DIR": "CREDITS_DATA_DIR=./data",
    "CREDITS_CURRENCY": "CREDITS_CURRENCY=USD",
    "CREDITS_SANDBOX": "CREDITS_SANDBOX=true",
    "CREDITS_TOPUP_MINIMUM": "CREDITS_TOPUP_MINIMUM=5",
    "CREDITS_TOPUP_MAXIMUM": "CREDITS_TOPUP_MAXIMUM=5000.00",
    "CREDITS_RECHARGE_COOLDOWN_S": "CREDITS_RECHARGE_COOLDOWN_S=900  (seconds)",
    "CREDITS_RECHARGES_PER_DAY": "CREDITS_RECHARGES_PER_DAY=3",
    "CREDITS_API_REQUESTS_PER_MINUTE": "CREDITS_API_REQUESTS_PER_MINUTE=6000  (of one token)",
    "CREDITS_LEFT_WORKSPACE_DAYS": "CREDITS_LEFT_WORKSPACE_DAYS=7  (0: put aside at once)",
    "CREDITS_ARCHIVE_URL": "CREDITS_ARCHIVE_URL=./archive  (or s3://bucket/folder, where s3fs is installed)",
    "CREDITS_ARCHIVE_AFTER_DAYS": "CREDITS_ARCHIVE_AFTER_DAYS=90",
    "CREDITS_WEBHOOK_HOSTS": "CREDITS_WEBHOOK_HOSTS=hooks.example.com,.pbx.example  (a dot first: all below it)",
    "CREDITS_WEBHOOK_PORTS": "CREDITS_WEBHOOK_PORTS=8443  (beside 443; several divided by commas)",
    "CREDITS_WEBHOOK_LOOPBACK": "CREDITS_WEBHOOK_LOOPBACK=true  (for trying, on this machine only)",
    **graph_settings.EXAMPLES,
    "CREDITS_LOG_LEVEL": "CREDITS_LOG_LEVEL=info  (debug, info, warning, error)",
    "CREDITS_LOG_FORMAT": "CREDITS_LOG_FORMAT=json  (or console)",
    "CREDITS_SHUTDOWN_GRACE_S": "CREDITS_SHUTDOWN_GRACE_S=20  (seconds)",
}
EXPECTED: Final = {
    "CREDITS_PORT": "must be a whole number from 0 to 65535",
    "CREDITS_SANDBOX": "must be true or false",
    "CREDITS_TOPUP_MINIMUM": "must be an amount above zero with at most six decimals and a decimal point",
    "CREDITS_TOPUP_MAXIMUM": "must be an amount above zero with at most six decimals and a decimal point",
    "CREDITS_RECHARGE_COOLDOWN_S": "must be a whole number of seconds from 0 to 86400",
    "CREDITS_RECHARGES_PER_DAY": "must be a whole number from 1 to 100",
    "CREDITS_API_REQUESTS_PER_MINUTE": "must be a whole number from 1 to 1000000",
    "CREDITS_LEFT_WORKSPACE_DAYS": "must be a number of days from 0 to 365",
    "CREDITS_ARCHIVE_AFTER_DAYS": "must be a whole number of days from 90",
    "CREDITS_WEBHOOK_LOOPBACK": "must be true or false",
    **graph_settings.EXPECTED,
    "CREDITS_LOG_LEVEL": "must be debug, info, warning or error",
    "CREDITS_LOG_FORMAT": "must be console or json",
    "CREDITS_SHUTDOWN_GRACE_S": "must be a number of seconds above 0, at most 600",
}
