"""The headers by which a receiver knows that a request is ours, as Standard Webhooks 1.0 says."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from store.webhooks import key_of


def headers(message_id: str, at_s: int, body: str, secrets: Iterable[str]) -> dict[str, str]:
    """Id, time of this try in seconds, and a signature for each secret, divided by spaces.

    The id is the same at each try, so that a receiver can tell a repetition; it must not hold a full stop.
    """
    signed = f"{message_id}.{at_s}.{body}".encode()
    signatures = [base64.b64encode(hmac.digest(key_of(each), signed, hashlib.sha256)).decode() for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
