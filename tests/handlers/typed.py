"""What people type."""

NO_AMOUNTS = {
    "abc": "amount-not_a_number",
    "$": "amount-not_a_number",
    "50 please": "amount-not_a_number",
    "50 50": "amount-not_a_number",
    "1.2.3": "amount-not_a_number",
    "1e3": "amount-not_a_number",
    "½": "amount-not_a_number",
    "٥٠": "amount-not_a_number",
    "５０": "amount-not_a_number",
    "\u202e50": "amount-not_a_number",
    "💶": "amount-not_a_number",
    "<!channel>": "amount-not_a_number",
    "`50`": "amount-not_a_number",
    "50'; DROP TABLE accounts; --": "amount-not_a_number",
    "return redis.call('FLUSHALL')": "amount-not_a_number",
    "5\x000": "amount-not_a_number",
    "x" * 60: "amount-not_a_number",
    "0": "amount-not_positive",
    "-50": "amount-not_positive",
    "50 EUR": "amount-other_currency",
    "1,234": "amount-ambiguous",
    "0.001": "amount-too_fine",
    "9" * 60: "amount-too_large",
}
"""No amounts, wherever they are typed: and the text of the catalogue that says so."""
