"""Files that people drop into Slack, or choose in a form: fetched, looked into, charged and told of, by a worker."""
