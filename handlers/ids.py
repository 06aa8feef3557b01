"""Every name that Slack sends back to us, once: commands, actions, views. A test holds them against manifest.yml."""

COMMAND = "/credits"

# Buttons. Those that open something are shown in several places.
OPEN_ADD = "open_add"
OPEN_RECHARGE = "open_recharge"
OPEN_ALERTS = "open_alerts"
SHOW_HISTORY = "show_history"
HISTORY_OLDER = "history_older"
HISTORY_NEWER = "history_newer"
RETRY_PAYMENT = "retry_payment"
NOT_CHARGED = "not_charged"
RESUME_RECHARGE = "resume_recharge"
NEW_TOKEN = "new_token"  # noqa: S105 a name, no secret
REVOKE_TOKEN = "revoke_token"  # noqa: S105 a name, no secret
RETRY_WEBHOOK = "retry_webhook"
RESUME_SERVICE = "resume_service"
STOP_SERVICE = "stop_service"
IMPORT_CHARGE = "import_charge"
IMPORT_CANCEL = "import_cancel"
IMPORT_ACCOUNT = "import_account"
"""The menu beside these two: what is chosen counts when one of them is pressed."""
IMPORT_ACTIONS = "import_actions"
"""The block that all three are in."""
OPEN_LINK = "open_link"
"""A button with an address: Slack opens it and tells us, and we only acknowledge."""
USAGE_PERIODS = {"7d": "usage_7d", "30d": "usage_30d", "month": "usage_month"}
USAGE_PARTS = {"service": "usage_service", "destination": "usage_destination", "centre": "usage_centre"}
"""One for each period and each way to divide it."""

# Views.
ADD_AMOUNT = "add_amount"
ADD_CONFIRM = "add_confirm"
RECHARGE = "recharge"
RECHARGE_CONFIRM = "recharge_confirm"
ALERTS = "alerts"
MANAGERS = "managers"
TOKEN = "token"  # noqa: S105 a name, no secret
IMPORT = "import"
LOADING = "loading"
NOTICE = "notice"

# Inputs: a block id, and the same as action id.
AMOUNT = "amount"
METHOD = "method"
SWITCH = "switch"
BELOW = "below"
CAP = "cap"
CHANNEL = "channel"
LEVELS = ("level_1", "level_2", "level_3")
USERS = "users"
NAME = "name"
ACCOUNT = "account"
SCOPES = "scopes"
DAYS = "days"
FILES = "files"
PAYS = "pays"

# Message metadata.
EVENT_TYPE = "credits_event"
