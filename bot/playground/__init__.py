"""A stand-in for a Slack workspace, to try the bot without Slack and to test it against Slack's rules."""
