# English. The same keys, with the same variables, stand in every catalogue.

## Words
app = Credits
loading = One moment …
cancel = Cancel
close = Close
save = Save
example-amounts = `50`, `50.00`, `{ $symbol }50` or `50 { $currency }`
sandbox-mark = :test_tube: Sandbox: no real money moves.
none = none
on = on
off = off

## Help
help-title = What Credits can do
help-intro = Prepaid credit that pays this workspace's telephone minutes.
help-balance = what is left, and whether it is enough
help-history = every change, newest first
help-add = add credit
help-recharge = add credit by itself when it runs low
help-alerts = when and where to warn
help-tokens = let a telephone system use the credit
help-managers = who may change things
help-help = this list
help-line = `/credits { $word }`  { $what }
help-roles = Everyone here may see the balance. Credit managers change things; a workspace owner or administrator appoints them.

## Balance
balance-title = Balance: { $balance }
state-ready = :large_green_circle: Enough credit
state-low = :large_yellow_circle: Low: below { $level }
state-exhausted = :red_circle: Used up: calls go on until the overdraft of { $overdraft } is used up, too. Add credit.
state-halted = :red_circle: Used up: no new calls are allowed. What is called all the same is charged below zero. Add credit.
state-empty = :white_circle: No credit yet
held-line = Available: { $available }. Set aside for calls in progress: { $held }.
state-frozen = :lock: Frozen: nothing new is paid from this account. Calls that took place are still charged.
state-closed = :lock: Closed: nothing is charged or credited any more.
stopped-line = :octagonal_sign: *{ $service }* is stopped: { $who }, { $when }. No new calls are allowed.
stopped-more = { $count ->
    [one] One more service is stopped.
   *[other] { $count } more services are stopped.
}
recharge-line-off = Auto-recharge is off.
recharge-line-on = Auto-recharge adds { $amount } when the balance falls below { $below }, at most { $cap } a month.
recharge-line-open = Auto-recharge is adding { $amount } right now.
recharge-line-paused = :double_vertical_bar: Auto-recharge is paused: { $reason }.
wait-cool_down = :hourglass_flowing_sand: A recharge is due, but the cool-down after the last one is not over. Next recharge possible: { $when }.
wait-monthly_cap = :hourglass_flowing_sand: A recharge is due, but the monthly cap of { $cap } is reached. Next recharge possible: { $when }.
wait-daily_limit = :hourglass_flowing_sand: A recharge is due, but the limit of recharges a day is reached. Next recharge possible: { $when }.
alerts-line = Warnings at { $levels } in { $channel }.
alerts-line-none = No warnings are set up.
expiring-line = First to expire: { $amount }, { $when }.

waits-needs-action = :lock: The bank wants the recharge of { $amount } to be confirmed.
waits-retrying = :hourglass_flowing_sand: The recharge of { $amount } was declined. Next attempt: { $when }.
waits-unavailable = :hourglass_flowing_sand: The recharge of { $amount } waits: the payment provider takes no requests right now. Nothing was charged; I keep trying.
waits-unknown = :hourglass_flowing_sand: The recharge of { $amount } waits: the payment provider does not answer. I keep asking; nothing is charged twice.
waits-asking = :hourglass_flowing_sand: I am asking the payment provider what has become of the recharge of { $amount }.
waits-stuck = :rotating_light: It is not clear whether the recharge of { $amount } was charged. A credit manager has to look with the payment provider.
waits-not-credited = :rotating_light: The recharge of { $amount } was charged, but I cannot credit it. A credit manager has to clear that up.
waits-topup-needs-action = :lock: The bank wants the payment of { $amount } that { $who } asked for to be confirmed.
waits-topup-unavailable = :hourglass_flowing_sand: The payment of { $amount } that { $who } asked for waits: the payment provider takes no requests right now. Nothing was charged; I keep trying.
waits-topup-unknown = :hourglass_flowing_sand: The payment of { $amount } that { $who } asked for waits: the payment provider does not answer. I keep asking; nothing is charged twice.
waits-topup-asking = :hourglass_flowing_sand: I am asking the payment provider what has become of the payment of { $amount } that { $who } asked for.
waits-topup-stuck = :rotating_light: It is not clear whether the payment of { $amount } that { $who } asked for was charged. A credit manager has to look with the payment provider.
waits-topup-not-credited = :rotating_light: The payment of { $amount } that { $who } asked for was charged, but I cannot credit it. A credit manager has to clear that up.
waits-topup-more = { $count ->
    [one] One more payment waits.
   *[other] { $count } more payments wait.
}

## Buttons
button-add = Add credit
button-recharge = Auto-recharge
button-settings = Change settings
button-alerts = Warnings
button-history = History
button-retry = Try again now
button-resume = Resume
button-authenticate = Confirm with the bank
button-authenticated = I have confirmed it
button-ask = Ask the provider
button-not-charged = It was not charged
button-retry-webhook = Try again now
button-older = Older
button-newer = Newer

## Adding credit
add-title = Add credit
add-amount = Amount
add-amount-hint = From { $minimum } to { $maximum }
placeholder-amount = 50.00
placeholder-below = 20.00
placeholder-cap = 200.00
add-method = Payment method
add-next = Continue
add-confirm-title = Add credit?
add-confirm = *{ $amount }* will be added to the balance.
add-confirm-pays = You pay { $amount } with { $method }.
add-cost = You pay { $amount }, nothing on top.
add-confirm-after = The balance will be { $after }.
add-submit = Pay and add
add-requested = Charging { $amount } to { $method }. I will tell you here when it has arrived.
add-repeated = That payment was already on its way; nothing was charged twice.
method-declines = declines
method-lost = reported lost
method-late = answers late
method-asks-the-bank = asks the bank

## Auto-recharge
recharge-title = Auto-recharge
recharge-switch = Auto-recharge
recharge-switch-on = On: add credit by itself when it runs low
recharge-switch-off = Off
recharge-amount = Recharge amount
recharge-amount-hint = The amount to add at each recharge, from { $minimum } to { $maximum }
recharge-below = When the balance falls below this value
recharge-below-hint = The balance is { $balance } now. If it is below this value already, saving charges a recharge at once; I ask before.
recharge-cap = At most this much a calendar month
recharge-cap-hint = When a recharge would go above it, none is made, and I say so in the channel
recharge-channel = Channel for warnings and confirmations
recharge-confirm-title = Recharge now?
recharge-confirm = The balance is { $balance }, below { $below }. Saving this charges *{ $amount }* to { $method } *now*.
recharge-confirm-submit = Save and charge
recharge-saved = Saved: auto-recharge adds { $amount } when the balance falls below { $below }, at most { $cap } a month.
recharge-saved-off = Saved: auto-recharge is off.
recharge-saved-off-kept = The figures are kept; nothing is charged until you switch it on.
recharge-saved-now = { $amount } is being charged now; the confirmation comes in { $channel }.
retry-begun = Trying again now. I say in { $channel } how it went.
retry-begun-direct = Trying again now. I tell the credit managers directly how it went.
retry-asking-bank = Asking the bank …
retry-asking-provider = Asking the payment provider …
not-charged-title = Not charged, for sure?
not-charged-text = Only if you have looked with the payment provider and found no charge. I then have it cancelled there, so that nothing is charged later. After that this payment ends for good, and auto-recharge may charge anew.
not-charged-done = Noted: nothing was charged. This payment has ended.
not-charged-asking = Asking the payment provider to cancel it, so that nothing is charged later …
dealt-working = This is being worked on right now; `/credits balance` says how it stands.
dealt-waiting = This button is out of date: `/credits balance` says what the payment waits for.
dealt-retrying = This button is out of date: the payment was declined. Next attempt: { $when }.
dealt-succeeded = This has already been dealt with: { $amount } arrived.
dealt-cancelled = This has already been dealt with: the payment of { $amount } was ended, and nothing was charged.
dealt-failed = This has already been dealt with: the payment of { $amount } was declined for good.
dealt-resumed = This has already been dealt with: auto-recharge is not paused any more.
dealt-service = This has already been dealt with: that stop of { $service } is over.
service-resumed = { $service } goes on.
resume-begun = Auto-recharge goes on.
settings-unchanged = Nothing was changed.

## Warnings
alerts-title = Warnings
alerts-intro = I warn once each time the balance falls below one of these values, when it is used up, and when it has recovered. Values left empty are left out.
alerts-level = Warn below ({ $number })
alerts-channel = Channel
alerts-saved = Saved: warnings at { $levels } in { $channel }.
alerts-saved-none = Saved: no warnings.

## History
history-title = History
history-empty = Nothing has happened on this account yet.
history-line = *{ $amount }*  { $what }
history-after = { $after } available
history-page = Newest first.
history-fewer = Left out: what was only set aside for calls. `/credits history all` shows it, too.
kind-usage = Usage
kind-records = { $count ->
    [one] 1 call record
   *[other] { $count } call records
}
kind-recharge = Auto-recharge
kind-topup = Credit added
kind-grant = Grant
kind-adjustment = Adjustment
kind-expiry = Expired
kind-hold = Set aside for a call
kind-release = No longer set aside
kind-transfer = Transfer
kind-reversal = Reversal
kind-reversal-record = Reversal of one call record

## Managers
managers-title = Credit managers
managers-users = Who may add credit and change settings
managers-hint = Owners and administrators choose them here, and may choose themselves
managers-saved = Saved: { $managers }.
managers-saved-none = Saved: nobody may change anything now.

## What is told in the channel: the standing message
incident-low = :warning: Balance low
incident-low-text = The balance is { $balance }, below { $level }.
incident-exhausted = :rotating_light: Credit used up
incident-exhausted-text = The balance is { $balance }.
calls-stopped = Stopped: { $services }. No new calls of these are allowed; what is called all the same is charged below zero.
calls-overdraft = Calls go on until the overdraft of { $overdraft } is used up, too.
calls-stopped-besides = Stopped by people: { $services }.
calls-go-on = Calls go on.
calls-frozen = The account is frozen: no new calls are allowed. What is called all the same is charged below zero.
calls-closed = The account is closed: no new calls are allowed, and nothing is charged any more.
incident-recovered = :white_check_mark: Balance recovered
incident-recovered-text = The balance is { $balance }.
incident-fell = The balance had fallen below { $level }.
incident-fell-out = The credit had been used up.
incident-added = { $who } added { $amount }.
incident-recharge = :arrows_counterclockwise: Auto-recharge
part-started = Adding { $amount } with { $method } …
part-arrived = { $amount } arrived.
part-declined = { $method } was declined ({ $reason }). Next attempt: { $when }.
part-declined-last = { $method } was declined ({ $reason }).
part-paused = Auto-recharge is paused: { $reason }. Resume it, or choose another card.
part-unknown = The payment provider has not answered yet. I keep asking; nothing is charged twice.
part-stuck = It is not clear whether { $amount } was charged to { $method }, and I have stopped asking. Let me ask once more, or look with the payment provider.
part-not-credited = { $amount } was charged to { $method }, but I cannot credit it. Once what stands in the way is removed, let me ask the payment provider again.
part-cancelled = The recharge of { $amount } was cancelled.
part-not-needed = The recharge of { $amount } is no longer needed.
part-needs-action = The bank wants { $amount } with { $method } to be confirmed.
part-blocked-monthly_cap = Not recharged: the monthly cap of { $cap } is reached.
part-blocked-daily_limit = Not recharged: the limit of { $count } recharges a day is reached.

## What is told in the channel: the news
news-low = The balance is { $balance }, below { $level }.
news-exhausted = :rotating_light: *The credit is used up.* Please add some.
news-halted = :rotating_light: *The overdraft of { $overdraft } is used up.* No new calls are allowed. Please add credit.
news-services-resumed = New calls are allowed again, within the overdraft. The balance is { $balance }.
news-service-stopped = :octagonal_sign: { $who } stopped *{ $service }*: no new calls are allowed.
news-service-resumed = { $who } resumed *{ $service }*.
news-recovered = The balance has recovered.
news-recovered-to = The balance has recovered: it is { $balance }.
news-recovered-partly = No longer used up: { $balance }, still below { $level }.
news-started = Recharge started: { $amount } with { $method }.
news-recharged = :white_check_mark: *{ $amount } recharged.* The balance is { $balance }.
news-topped-up = :white_check_mark: { $who } added *{ $amount }*. The balance is { $balance }.
news-expiring = :hourglass: { $amount } of the credit expires { $when } unless it is used before.
news-expired = { $amount } of the credit was not used in time and has expired. The balance is { $balance }.
news-declined = :x: Recharge of { $amount } declined: { $method }, { $reason }. Next attempt: { $when }.
news-declined-last = :x: Recharge of { $amount } declined: { $method }, { $reason }.
news-paused = :double_vertical_bar: *Auto-recharge is paused:* { $reason }.
news-webhook-failed = :warning: *A webhook cannot be delivered:* `{ $event }` did not reach { $host }: { $why }. You are told once until something arrives there again; what was missed is kept for 30 days.
news-webhook-gone = :warning: *A webhook is switched off:* { $host } answered that it wants nothing any more (410). Nothing is sent there until somebody tries again.
news-resumed = { $who } resumed auto-recharge.
news-unknown = The payment provider has not answered yet about { $amount }. I keep asking; nothing is charged twice.
news-stuck = :rotating_light: *Was { $amount } charged to { $method }?* I could not find out and have stopped asking. Until it is settled I do not recharge: let me ask once more, or look with the payment provider.
news-not-credited = :rotating_light: *{ $amount } was charged to { $method }, but I cannot credit it.* The log says why. Once that is put right, let me ask the payment provider again; until then I do not recharge.
news-cancelled = The recharge of { $amount } was cancelled.
news-not-needed = The recharge of { $amount } is no longer needed: there is enough credit again.
news-not-charged = { $amount } was not charged to { $method }. That recharge has ended.
news-not-charged-by = { $who } has looked: { $amount } was not charged to { $method }. That recharge has ended.
news-needs-action = :lock: The bank wants { $amount } with { $method } to be confirmed by the card's owner.
news-blocked-monthly_cap = :no_entry: No recharge of { $amount }: the monthly cap of { $cap } is reached.
news-blocked-daily_limit = :no_entry: No recharge of { $amount }: the limit of { $count } recharges a day is reached.
news-topup-declined = :x: { $amount } could not be charged to { $method }: { $reason }. Nothing was charged; try another card with `/credits add`.
news-topup-unknown = The payment provider has not answered yet about your { $amount }. I keep asking; nothing is charged twice.
news-topup-stuck = :rotating_light: It is not clear whether your { $amount } was charged to { $method }, and I have stopped asking. Let me ask once more, or look with the payment provider before you pay again.
news-topup-not-credited = :rotating_light: Your { $amount } was charged to { $method }, but I cannot credit it. Once what stands in the way is removed, let me ask the payment provider again. Do not pay again.
news-topup-not-charged = Your { $amount } was not charged to { $method }. Add it again with `/credits add` if you still want it.
news-topup-needs-action = :lock: Your bank wants { $amount } with { $method } to be confirmed.
news-for-others-declined = :x: { $amount } that { $who } wanted to add could not be charged to { $method }: { $reason }. Nothing was charged.
news-for-others-unknown = The payment provider has not answered yet about { $amount } that { $who } wants to add. I keep asking; nothing is charged twice.
news-for-others-stuck = :rotating_light: *Was { $amount } that { $who } wanted to add charged to { $method }?* I could not find out and have stopped asking. Let me ask once more, or look with the payment provider.
news-for-others-not-credited = :rotating_light: { $amount } that { $who } wanted to add was charged to { $method }, but I cannot credit it. Once what stands in the way is removed, let me ask the payment provider again.
news-for-others-not-charged = { $amount } that { $who } wanted to add was not charged to { $method }. That payment has ended.
news-for-others-needs-action = :lock: The bank wants { $amount } that { $who } wants to add with { $method } to be confirmed by the card's owner.
news-topup-arrived = :white_check_mark: { $amount } arrived. The balance is { $balance }.
news-settings = :gear: { $who } changed { $topic }.
news-managers = :busts_in_silhouette: { $who } changed the credit managers.
news-managers-appointed = Appointed: { $users }
news-managers-dismissed = Dismissed: { $users }
topic-recharge = auto-recharge
topic-alerts = the warnings
topic-method = the payment method
topic-overdraft = the overdraft limit
topic-state = the account's state
topic-rates = the rates
topic-pools = the included minutes
topic-centres = the rules for cost centres
topic-zone = the time zone of the months
change-line = { $field }: { $old } → { $new }
field-recharge_on = Auto-recharge
field-recharge_amount = Recharge amount
field-recharge_below = When the balance falls below
field-recharge_cap = Monthly cap
field-method = Payment method
field-levels = Warnings at
field-channel = Channel
field-overdraft = Overdraft limit
field-state = Account
field-card = Rate card
field-pools = Included
field-centres = Rules
field-zone = Time zone
set-open = open
set-frozen = frozen
set-closed = closed
somebody = Somebody
notice-late = I could not say this earlier: it happened { $when }, and is over.
notice-missed = { $who } asked for this, and I could not reach them.
notice-elsewhere = I could not post this in { $channel }: invite me there with `/invite`, or choose another channel with `/credits alerts`.
incident-moved = This goes on in { $channel }.
incident-moved-nowhere = The warnings of this account are no longer told in a channel; the credit managers are told directly.

## What is left of a message that asked for somebody, when its matter is over
line-exhausted = The credit was used up.
line-halted = The overdraft was used up, and no new calls were allowed.
line-service = { $who } had stopped { $service }.
line-declined = Recharge of { $amount } declined: { $method }, { $reason }.
line-paused = Auto-recharge was paused: { $reason }.
line-webhook = A webhook could not be delivered to { $host }.
line-feed = Call records could not be read from Microsoft Graph.
line-stuck = It was not clear whether { $amount } was charged to { $method }.
line-not-credited = { $amount } was charged to { $method } and could not be credited.
line-needs-action = The bank wanted { $amount } with { $method } to be confirmed.
line-monthly_cap = No recharge of { $amount }: the monthly cap of { $cap } was reached.
line-daily_limit = No recharge of { $amount }: the limit of { $count } recharges a day was reached.
end-arrived = :white_check_mark: Dealt with: { $amount } arrived.
end-recovered = :white_check_mark: Dealt with: the balance is { $balance }.
end-not-needed = :white_check_mark: No longer needed: there is enough credit again.
end-not-charged = :white_check_mark: Dealt with: nothing was charged.
end-cancelled = :white_check_mark: Dealt with: the recharge was cancelled.
end-resumed = :white_check_mark: Dealt with: { $who } resumed auto-recharge.
end-webhook = Dealt with: it is delivered again.
end-feed = :white_check_mark: Dealt with: they are read again.
end-service = :white_check_mark: Dealt with: { $who } resumed it.
end-services = :white_check_mark: Dealt with: new calls are allowed again. The balance is { $balance }.
end-settings = :white_check_mark: Dealt with: { $who } changed auto-recharge.
end-goes-on = :white_check_mark: Dealt with: a new recharge has begun.
end-again = :arrows_counterclockwise: This was tried again; the thread says how it went.

## Why a card did not pay
reason-insufficient_funds = not enough money on the card
reason-lost_card = reported lost
reason-stolen_card = reported stolen
reason-expired_card = expired
reason-authentication_required = the bank wants a confirmation
reason-left_workspace = I had no access to this workspace any more
reason-other = the bank gave no reason

## Refusals
refused-unknown_account = This workspace has no account yet. Type `/credits balance` once; that opens it.
refused-currency_mismatch = The account is in another currency. Type the amount without a currency.
refused-operation_conflict = That was already done with other figures. Look at `/credits history`, then start again.
refused-amount_invalid = An amount must be above zero.
refused-balance_limit = The balance would become larger than I can keep exactly. Add a smaller amount.
refused-unknown_hold = Nothing is set aside under this name.
refused-hold_exists = Credit was set aside under this name before. Use another one.
refused-hold_resolved = What was set aside under this name has been charged or given back already.
refused-insufficient_credit = There is not enough credit for this; nothing was changed. Add some with `/credits add`.
refused-account_frozen = This account is frozen: nothing new is paid from it. A credit manager can open it again.
refused-account_closed = This account is closed: nothing is charged or credited any more. A credit manager can open it again.
refused-services_too_many = This account has been charged for fifty services already, and this would be a new one. Is its name right? A service of a rate card is taken all the same.
refused-service_stopped = This service has been stopped: no new calls are paid for. A credit manager can resume it; `/credits balance` has the button.
refused-not_empty = An account is closed only when its balance is zero and nothing is set aside. Transfer what is left first.
refused-same_account = Name two different accounts.
refused-lots_too_many = This amount is spread over more than 50 purchases and grants. Transfer it in smaller amounts.
refused-unknown_entry = I do not find this entry; nothing was changed. Correct what it did with an adjustment.
refused-unknown_record = I do not find this call record in the entry; nothing was changed.
refused-time_implausible = This call began years ago or in the future, says its record; nothing was charged.
refused-too_old = This call began more than 89 days ago: it may have been charged before, so it was not charged now.
refused-not_reversible = Only usage, grants, adjustments and expired credit can be reversed.
refused-already_reversed = This was already reversed; nothing was changed.
refused-not_a_manager = Only credit managers can do that; nothing was changed. A workspace owner or administrator can appoint you with `/credits managers`.
appoint-yourself = Only credit managers can do that; nothing was changed. You administer this workspace: appoint yourself with `/credits managers`.
refused-not_an_admin = Only owners and administrators of this workspace appoint credit managers; nothing was changed. Ask one of them.
refused-stranger = Only members of this workspace can do that. Ask a colleague there.
refused-below_minimum = The least that can be added at once is { $minimum }.
refused-above_maximum = The most that can be added at once is { $maximum }. Add it in parts.
refused-cap_below_amount = The monthly cap must be at least the recharge amount.
refused-levels_too_many = At most three warnings. Leave one empty.
refused-no_method = No payment method is set up here. The operator of this bot connects a payment provider first.
refused-method_dead = The bank said never to try this card again. Choose another one.
refused-draft_gone = This has expired or was already confirmed; nothing was changed. Start again with `/credits`.
refused-recharge_off = Auto-recharge is off. Switch it on with `/credits recharge`.
refused-above_cap = The monthly cap is reached. Raise it with `/credits recharge`, or add credit with `/credits add`.
refused-not_needed = No recharge is needed: there is enough credit again.
refused-unknown_payment = I do not find this payment any more. `/credits balance` says how the account stands.
refused-not_pending = This has already been dealt with; nothing was changed.
refused-fenced = This is already being worked on. `/credits balance` says how it stands.
refused-charged = The payment provider has this money, so this payment does not end. Let me ask again to credit it.
refused-unknown_webhook = This webhook is not there any more; nothing was changed.
refused-webhooks_too_many = A workspace has at most 20 webhooks; nothing was changed. Remove one first.
refused-url_refused = Nothing may be sent to this address; nothing was changed. It has to begin with https:// and be public.
request-repeated = This form was sent twice; I act on it once. Look with `/credits balance` and `/credits history` before you send it anew.
org-wide = This app is installed for a whole organization, and credits belong to one workspace. I changed nothing. Ask an administrator to install the app in your workspace alone.

## Input that is asked back
amount-not_a_number = I cannot read “{ $typed }” as an amount. Type it like { $examples }.
amount-missing = Which amount? Type it like { $examples }.
amount-ambiguous = “{ $typed }” can be read in two ways. Type `{ $first }` for the larger amount, or two decimals, like `{ $second }`.
amount-other_currency = “{ $typed }” is not in { $currency }, the currency of this account. Type the amount in { $currency }, like { $examples }.
amount-not_positive = “{ $typed }” is not above zero. Type an amount like { $examples }.
amount-too_fine = “{ $typed }” is finer than the smallest coin. Type an amount like { $examples }.
amount-too_large = “{ $typed }” is more than I can keep. Type a smaller amount.
unknown-command = I do not know “{ $word }”. Did you mean `/credits { $nearest }`? `/credits help` lists everything.
unknown-command-no-guess = I do not know “{ $word }”. `/credits help` lists everything.
too-many-words = “{ $word }” takes nothing more: type `/credits { $word }`.
channel-not-member = I am not in that channel. Invite me there with `/invite`, then save again.
form-unreadable = I could not read this form; nothing was changed. Close it and open it again with `/credits`.
method-gone = That payment method is not on offer any more; nothing was changed. Choose another one.
channel-missing = Choose a channel, so that I know where to tell you.
managers-not-people = Only people of this workspace can be credit managers, not { $users }.

## When something breaks
error = Something went wrong on my side (reference { $reference }). Nothing was done twice. Look at `/credits history` before you repeat it.
error-ledger = I cannot reach the ledger right now (reference { $reference }). Try again in a minute; look at `/credits history` before you repeat a payment.
error-slack = Slack did not answer me as it should (reference { $reference }). Nothing was done twice. Try again in a minute.
error-slow = That took too long, and I do not know whether it was done (reference { $reference }). Here you can safely try again; elsewhere, look at `/credits history` first.

## API tokens
scope-account-read = read the balance
scope-entries-read = read the history
scope-holds-write = set credit aside for calls and capture it
scope-rates-read = read rates
scope-usage-write = report calls
news-token-made = :key: { $who } made the API token “{ $name }”, good until { $when }.
news-token-scopes = It may: { $scopes }.
news-token-only = For the account { $account } only.
news-token-all = For every account of this workspace.
news-token-revoked = :key: { $who } revoked the API token “{ $name }”.
refused-unknown_token = There is no such API token any more; nothing was changed.
refused-token_expired = That API token has expired; nothing was changed.
refused-token_revoked = That API token was revoked before; nothing was changed.
refused-tokens_too_many = There are 100 API tokens already; nothing was changed. Revoke those that nobody uses.
tokens-title = API tokens
tokens-intro = With an API token a program of yours, such as a telephone system, uses this workspace's credit.
tokens-none = There are none.
tokens-may = May: { $scopes }.
tokens-all = For every account.
tokens-only = For the account { $account } only.
tokens-made = Made by { $who }, { $when }. Good until { $end }.
tokens-used = Last used { $when }.
tokens-unused = Never used.
tokens-expired = Expired { $when }.
tokens-revoked = Revoked by { $who }, { $when }.
tokens-more = { $count } more are not shown here.
tokens-new = New token
tokens-revoke = Revoke
tokens-revoke-ask = { $name } is refused from now on. That cannot be taken back.
token-title = New API token
token-name = What is it for?
token-name-placeholder = Telephone system
token-scopes = What may it do?
token-account = For which account?
token-account-hint = Empty: for every account of this workspace
token-days = How long is it good?
token-days-option = { $days } days
token-make = Make it
token-made = The API token “{ $name }” is there. Copy it now: it is never shown again.
token-made-before = This API token was made before, and shown then. If nobody has it, revoke it and make another.
token-name-wrong = A name has 1 to 60 characters.
token-scopes-missing = Tick at least one.
token-account-wrong = This workspace has no account of that name. Leave it empty for all accounts.

## Webhooks
webhook-status = it answered with status { $status }
webhook-redirect = it answered with a redirect ({ $status }), which I do not follow
webhook-gone = it answered that it wants nothing any more (410)
webhook-timeout = it did not answer in time
webhook-dns = its name could not be resolved
webhook-connection = there was no connection, or it was cut before the answer
webhook-tls = its certificate could not be trusted
webhook-address = its name led to an address that is not public
webhook-url = its address is not allowed here
webhook-broken = what answered did not speak HTTP
webhook-retry-begun = { $count ->
    [one] I am delivering one event again now.
   *[other] I am delivering { $count } events again now.
}
webhook-retry-nothing = Everything has been delivered; there is nothing to try again.
## What was used
help-usage = what was used, and what it cost
help-why = why a call or an entry cost what it cost
help-rate = what a call to a number costs
usage-title-7d = Usage: the last 7 days
usage-title-30d = Usage: the last 30 days
usage-title-month = Usage: this month
usage-empty = No calls.
usage-total = *{ $cost }*  { $calls ->
    [one] 1 call
   *[other] { $calls } calls
} · { $minutes } minutes{ $pooled ->
    [yes] {""}, { $included } of them included
   *[no] {""}
}
usage-before = { $way ->
    [more] { $percent }% more than in the period before ({ $cost }).
    [less] { $percent }% less than in the period before ({ $cost }).
   *[same] As much as in the period before ({ $cost }).
}
usage-pools = Included minutes this month:
usage-pool = { $bar } { $percent }%  { $pool }: { $used } of { $held } minutes used, { $left } left
usage-pools-more = { $count ->
    [one] … and one more pool.
   *[other] … and { $count } more pools.
}
usage-unrated = { $calls ->
    [one] 1 call has no price yet: no rate card knows its number. It is charged when a card does.
   *[other] { $calls } calls have no price yet: no rate card knows their numbers. They are charged when a card does.
}
usage-chart-cost = Cost in { $currency }
usage-chart-minutes = Minutes
usage-by-service = Service
usage-by-destination = Destination
usage-by-centre = Cost centre
usage-calls = Calls
usage-minutes = Minutes
usage-included-minutes = Included
usage-cost = Cost
usage-other = Other
usage-no-service = No service
usage-no-destination = No destination
usage-no-centre = Unassigned
usage-line = *{ $cost }*  { $name } · { $calls ->
    [one] 1 call
   *[other] { $calls } calls
} · { $minutes } min
usage-zone = Calls count on the day they began, by the clock of { $zone }.
usage-unknown = I do not know “{ $typed }”. Type `/credits usage 7d`, `30d` or `month`, and behind it `destination` or `cost-centre` if you like.
button-usage-7d = 7 days
button-usage-30d = 30 days
button-usage-month = This month
service-toll-free = Toll-free
service-inbound = Inbound
service-conference = Conference dial-out
service-calling = Calling
service-direct-routing = Direct routing
service-calls = Calls

## Why
why-title = Why: { $name }
why-several = This id was charged { $count } times: with starts so far apart it is another call each time.
why-late-twice = This call had no price at first, and got it later.
why-call = *{ $amount }*  { $service } to { $where } · { $time } · { $duration }
why-somewhere = an unknown destination
why-user = Called by { $user }
why-centre = Cost centre: { $centre }
why-no-ground = The charge came from outside; how it was reckoned was not recorded.
why-rate = Rate: { $price } a minute, prefix { $prefix }, card { $card }
why-billed = { $duration } s long, { $billed } s billed (in steps of { $first }/{ $next } s)
why-pool = { $seconds } s of it were included minutes of { $pool }
why-sum = { $price } × { $seconds } s ÷ 60 = { $minutes }{ $with_fee ->
    [yes] {""}; with { $fee } connection fee *{ $amount }*
   *[no] {""}
}
why-sum-none = Nothing was left to charge: *{ $amount }*
why-own = The record brought its own charge: { $charge } for the call, { $fee } for the connection.
why-free-freecall = Free: its record says so.
why-free-no-time = Free: it lasted zero seconds.
why-free-no-card-needed = Free: { $service } costs nothing while no rate card says otherwise.
why-entry = *{ $amount }*  { $kind } · { $time }
why-after = Balance after it: { $after }
why-lines = To see one of its calls, type `/credits why` and the call’s id.
why-in-entry = Entry { $entry }, { $time }
why-paid = Paid by { $lots }
why-lot = purchase or grant { $lot } ({ $amount })
why-no-lot = credit that came later ({ $amount })
why-late = It had no price in entry { $entry }; a rate card that was loaded later gave it one.
why-reversed = Given back by entry { $entry }
why-returned = { $seconds } s of included minutes were given back with it, to the month that they were of.
why-unknown = I find no call and no entry with the id “{ $typed }”. Is it complete? It is the id of the call’s record, or an entry’s as exports show it.
why-too-long = “{ $typed }” is not among the entries that I could look through in ten seconds. Name its entry as well: `/credits why <entry>#<call>`.
why-no-archive = “{ $typed }” may be in the archive, which cannot be read now. An operator has to look.
why-no-id = Type the id of a call or of an entry: `/credits why 5b1f0a52-…`.
unrated-no-card = No price: there was no rate card for { $service } in the account’s currency.
unrated-no-number = No price: the record has no number.
unrated-no-rate = No price: the rate card for { $service } has no rate for this number.
unrated-masked = No price: the digits that are hidden decide it.
unrated-other-currency = No price: the record’s charge is in another currency.
unrated-too-large = No price: the charge is larger than can be kept.

## Rates
rate-title = Rate: { $number }
rate-line = *{ $price } a minute*  { $destination } (prefix { $prefix }){ $with_fee ->
    [yes] {""}, and { $fee } a connection
   *[no] {""}
}
rate-free = { $service } costs nothing while no rate card says otherwise.
rate-depends = The digits behind it decide:
rate-possible = { $price } a minute  { $destination } (prefix { $prefix })
rate-more = … and { $count } more.
rate-card = { $service }, card { $card }, in steps of { $first }/{ $next } s. Included minutes come first.
rate-sample = Sample prices, invented for trying.
rate-missing = Type a telephone number with its country: `/credits rate +44 7700 900123`.
rate-no-number = “{ $typed }” is no telephone number. Type it with its country: `/credits rate +44 7700 900123`.
rate-no-country = Which country? Type the number with its country code, for example `/credits rate { $proposed }`.
rate-bad-country = “{ $typed }” begins with no country’s code.

## Included minutes
news-pool-low = :hourglass_flowing_sand: { $percent }% of the included minutes of { $pool } are used: { $used } of { $held } in { $month }.
news-pool-exhausted = :hourglass: The included minutes of { $pool } are used up: { $used } of { $held } in { $month }.
pool-low-then = { $others ->
    [yes] When they are used up, minutes of { $pools } are used as far as there are any, then credit.
   *[no] When they are used up, credit pays for these calls.
}
pool-exhausted-then = { $others ->
    [yes] From now on minutes of { $pools } are used as far as there are any, then credit.
   *[no] From now on credit pays for these calls.
}
pool-renewed = There are new minutes from { $when }, 00:00 ({ $zone }).
pool-month-over = That month is over: these calls were reported late.

## Sources of call records
news-feed-failed = :warning: *Call records cannot be read from Microsoft Graph* since { $since }. { $why } Calls that were made meanwhile are charged as soon as it works again, those of the last 89 days.
news-feed-some = :warning: *Some calls from Microsoft Graph are not charged* since { $since }. { $why } They are then charged by themselves, those of the last 89 days; all others are.
news-feed-recovered = :white_check_mark: Call records are read from Microsoft Graph again. What came since { $since } is charged now.
feed-secret-wrong = Microsoft does not accept the client secret: `CREDITS_GRAPH_CLIENT_SECRET` takes the secret’s value, not its id.
feed-secret-expired = The client secret has expired: make a new one (Entra admin center, App registrations, Certificates & secrets) and put it into `CREDITS_GRAPH_CLIENT_SECRET`.
feed-app-unknown = The organisation has no app of that id: correct `CREDITS_GRAPH_CLIENT_ID` or `CREDITS_GRAPH_TENANT_ID`.
feed-tenant-unknown = Microsoft knows no such organisation: correct `CREDITS_GRAPH_TENANT_ID`.
feed-sign-in-refused = Microsoft refuses the sign-in: `credits graph check` says why.
feed-token-refused = Microsoft Graph refuses a new token: is `CREDITS_GRAPH_CLOUD` the right one?
feed-forbidden = The app may not read them: give it the application permission `CallRecord-PstnCalls.Read.All`, with an administrator’s consent (Entra admin center, App registrations, API permissions).
feed-clock = The clock of the bot’s machine is wrong: set it right.
feed-not-taken = Accounts do not take what is charged to them, because they are closed or do not exist: `credits account list` shows them.
feed-other-currency = Their charge is in another currency than the account that is to pay. Load a rule that names an account in their currency: `credits account open`, `credits cost-centres load`.
feed-no-account = There is no account to charge: `credits account open` opens it.
feed-busy = Microsoft Graph takes no more requests for now. Nobody has to do anything yet.
feed-away = Microsoft Graph does not answer. If it can be reached from elsewhere, look at the network of the bot’s machine.
feed-too-slow = Microsoft Graph does not answer in time. Nobody has to do anything yet.
feed-other = Its answers cannot be used: `credits graph check` and the log say why.

## What is unusual
news-unusual-destination = :mag: First calls to { $subject }: { $service }, { $amount } in the last days. Nobody called there before.
news-unrated = :label: { $calls ->
    [one] One call has no price
   *[other] { $calls } calls have no price
}: { $service } to { $places }. They are kept, and charged as soon as a rate card has their numbers: whoever operates this bot loads one with `credits rates load`.
unrated-place = { $place } ({ $calls })
unrated-more = { $count ->
    [one] one more destination
   *[other] { $count } more destinations
}
news-unusual-hour = :mag: Calls at an unusual time, { $subject }: { $service }, { $amount } in that hour. Nobody called at that hour of the week before.
news-unusual-day = :mag: More than usual on { $subject }: { $service }, { $amount }. Usual is { $usual } a day.
unusual-hour = { $day } { $hour }
button-stop = Stop service: { $service }
stop-ask-title = Stop the service { $service }?
stop-ask = { $service }: no new calls are let through from now on. Whoever has this right can resume the service at any time.
stop-yes = Stop it
stop-no = Leave it
stop-reason = Unusual usage
stop-reason-unrated = Calls without a price
stop-done = { $service } is stopped.

## Files of call records
help-import = charge the call records in files
import-title = Import call records
import-intro = Each record is charged once, by its id: a file can be imported again, and nothing changes. Records that bring their own charge are charged that, the others by the rate cards.
import-files = Files
import-files-hint = The PSTN usage report as CSV or zip, pages of Microsoft Graph, or JSON lines; 10 MB each at most. Larger ones: send them to me in a direct message.
import-account = Which account pays?
import-submit = Import
import-begun = I am importing. How far it is, and what comes of it, I tell you in our direct message.
import-hint = Send me a file of call records here, such as the PSTN usage report as CSV or zip. I say what is in it and ask before I charge anything. `/credits help` lists what else I can do.
import-no-scope = Slack does not let me take files. Ask a workspace administrator to install this app again, with the permission `files:read`.
import-looking = :mag: I am looking into { $files } …
import-ask = Charge the { $records ->
    [one] one call record
   *[other] { $records } call records
} in { $files }? To which account?
import-ask-account = Charge the { $records ->
    [one] one call record
   *[other] { $records } call records
} in { $files } to the account { $account }?
import-ask-once = Each record is charged once: one that was charged before changes nothing.
import-ask-refused = { $count ->
    [one] One line is no readable record and is left out.
   *[other] { $count } lines are no readable records and are left out.
}
import-charge = Charge
import-cancel = Do not charge
import-cancelled = Nothing was charged.
import-under-way = This is being imported already. The message above says how far it is.
import-charged-before = This import has ended before; nothing was changed now. If you are unsure what came of it, send the file again: each record is charged once.
import-progress = :hourglass_flowing_sand: Importing { $files }: { $records ->
    [one] one call
   *[other] { $records } calls
} so far.
import-done = :white_check_mark: Imported { $files }.
import-same = :white_check_mark: Nothing has changed: { $records ->
    [one] the one call
   *[other] all { $records } calls
} in { $files } had been imported before.
import-none = :warning: Nothing was charged: no line of { $files } can be.
import-nothing = :warning: Nothing was charged: { $files }.
import-broken-off = :warning: Imported in part: { $files }. What is charged stays charged; send the file again, and only the rest is.
import-read = { $records ->
    [one] One call record read.
   *[other] { $records } call records read.
}
import-charged = *Charged: { $amount }* for { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-service = • { $service }: { $amount } for { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-pooled = Paid with included minutes alone: { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-pool = • { $pool }: { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
} used
import-free = Free: { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-repeated = Known before, nothing changed: { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-unrated = Without a price until a rate card has their prefixes: { $calls ->
    [one] one call
   *[other] { $calls } calls
}
import-no-number = no number
import-unknown = Codes I do not know; the calls were taken all the same:
import-refused = { $count ->
    [one] *One line was refused:*
   *[other] *{ $count } lines were refused:*
}
import-refused-line = • Line { $line }: { $reason }
import-refused-line-of = • { $file }, line { $line }: { $reason }
import-refused-more = { $count ->
    [one] One more is not listed here.
   *[other] { $count } more are not listed here.
} Whoever runs me gets all of them with `credits import --refused`.
import-small = Account { $account }, imported for { $who }. Balance now: { $balance }.

file-empty = { $name } is empty.
file-unknown = { $name } is no file of call records. I read the PSTN usage report as CSV or zip, pages of Microsoft Graph, and JSON lines.
file-columns_missing = { $name } looks like a usage report, but has no { $detail }. Take the report as it was downloaded: its first line names the columns, divided by commas.
file-utf16 = { $name } is in UTF-16. Save it as UTF-8, or take the report as it was downloaded.
file-encrypted = { $name } is encrypted. Unpack it with its password and send what is in it.
file-damaged = { $name } is damaged. Download it again.
file-bomb = { $name } unpacks to { $detail } times its size. No report does; I do not read it.
file-no_records = { $name } has no call records in it.
file-no_line = No line of { $name } is a record that I can read. The first one: { $detail }.
file-rate_card = { $name } is a rate card: it says what calls cost, and has no calls to charge. Whoever runs me loads it with `credits rates load`.
file-changed = { $name } could not be read to its end. Send it again.
file-other = { $name } was changed after it was sent. I charge only what was asked about: send it again, and I look into it anew.
file-gone = { $name } is not there any more, or not where I can see it. Send it again, to me or where I am a member.
file-no_scope = Slack does not let me read { $name }. Ask a workspace administrator to install this app again, with the permission `files:read`.
file-foreign = { $name } belongs to another organisation. I charge only files of this workspace.
file-linked = { $name } lies outside Slack, and I have only a link to it. Download it and send the file itself.
file-too_large = { $name } is larger than 100 MB. Whoever runs me imports it with `credits import`.
file-broken = Something went wrong on my side. What is charged stays charged; send the file again, and only the rest is.

unread-columns = not as many columns as the heading has
unread-quotes = a quote that is not closed, or stands where none can
unread-stray_return = a carriage return within the line
unread-zero_byte = a zero byte
unread-not_utf8 = not UTF-8
unread-line_too_long = the line is too long
unread-not_json = no JSON
unread-not_a_record = JSON, but no record
unread-id_missing = the id is missing
unread-id_malformed = the id is longer than 64 characters, or has others than printable ASCII in it
unread-start_missing = the start is missing
unread-start_malformed = the start is no time such as 2026-11-04T09:15:02Z
unread-duration_missing = the duration is missing
unread-duration_malformed = the duration is no whole number of seconds
unread-duration_negative = the duration is negative
unread-duration_too_long = the call would have lasted more than ten days
unread-charge_malformed = the charge is no amount such as 0.70
unread-charge_negative = the charge is negative
unread-charge_too_fine = the charge has more decimals than such records have
unread-charge_too_large = the charge is larger than I can keep exactly
unread-currency_missing = there is a charge, and no currency
unread-currency_malformed = the currency is no code such as USD
unread-call_type_missing = neither a call type nor a service
unread-service_malformed = the service has others than a-z, 0-9 and - in it
unread-text_too_long = a text of more than 256 bytes
unread-operation_conflict = the id is known, for another call
unread-currency_mismatch = the charge is not in the account's currency
unread-time_implausible = the call would have begun long ago, or is still to come
unread-too_old = the call began more than 89 days ago, and may have been charged before
unread-services_too_many = the service is new, and the account has fifty already; a rate card may list it
unread-account_closed = the account is closed
unread-unknown_account = there is no such account
unread-balance_limit = the balance would become larger than I can keep exactly
unread-amount_invalid = the amount cannot be charged
unread-other = it cannot be charged
