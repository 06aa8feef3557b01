"""The credit domain: money, the ledger, its rules and its events. Knows neither Slack nor a payment provider."""
