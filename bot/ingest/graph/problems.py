"""What can be wrong between here and Microsoft Graph, in an operator's words; never a token, a number or a name."""

from enum import StrEnum

PERMISSION = "CallRecord-PstnCalls.Read.All"


class Problem(StrEnum):
    """Why records could not be read to the end."""

    SECRET_WRONG = "secret_wrong"  # noqa: S105 a problem's name
    SECRET_EXPIRED = "secret_expired"  # noqa: S105 as above
    APP_UNKNOWN = "app_unknown"
    TENANT_UNKNOWN = "tenant_unknown"
    SIGN_IN_REFUSED = "sign_in_refused"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 as above
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    BUSY = "busy"
    AWAY = "away"
    TOO_SLOW = "too_slow"
    BROKEN = "broken"
    FOREIGN_LINK = "foreign_link"
    NEVER_ENDING = "never_ending"
    CLOCK = "clock"
    NO_ACCOUNT = "no_account"
    NOT_TAKEN = "not_taken"
    OTHER_CURRENCY = "other_currency"


TO_MEND = frozenset(
    {
        *(Problem.SECRET_WRONG, Problem.SECRET_EXPIRED, Problem.APP_UNKNOWN, Problem.TENANT_UNKNOWN),
        *(Problem.SIGN_IN_REFUSED, Problem.TOKEN_REFUSED, Problem.FORBIDDEN, Problem.CLOCK),
        *(Problem.NOT_TAKEN, Problem.OTHER_CURRENCY),
    }
)
"""What no waiting mends. That there is no account yet is no such thing: somebody may just be setting everything up."""

_SAID = {
    Problem.SECRET_WRONG: (
        "Microsoft does not accept the client secret ({detail}). CREDITS_GRAPH_CLIENT_SECRET takes the secret's value,"
        " not its id."
    ),
    Problem.SECRET_EXPIRED: (
        "The client secret has expired ({detail}). Make a new one (Entra admin center, App registrations, Certificates"
        " & secrets) and put it into CREDITS_GRAPH_CLIENT_SECRET."
    ),
    Problem.APP_UNKNOWN: (
        "This organisation has no app of that id ({detail}): check CREDITS_GRAPH_CLIENT_ID and CREDITS_GRAPH_TENANT_ID."
    ),
    Problem.TENANT_UNKNOWN: "Microsoft knows no such organisation: check CREDITS_GRAPH_TENANT_ID ({detail}).",
    Problem.SIGN_IN_REFUSED: "Microsoft refuses the sign-in: {detail}.",
    Problem.TOKEN_REFUSED: "Microsoft Graph refuses a token that is new. Is CREDITS_GRAPH_CLOUD the right one?",
    Problem.FORBIDDEN: (
        f"The app may not read call records: it needs the application permission {PERMISSION}, with an administrator's"
        " consent (Entra admin center, App registrations, API permissions). {detail}"
    ),
    Problem.REFUSED: "Microsoft Graph refuses the request: {detail}.",
    Problem.BUSY: "Microsoft Graph wants to be left alone for {detail}.",
    Problem.AWAY: "Microsoft Graph does not answer: {detail}.",
    Problem.TOO_SLOW: "Microsoft Graph does not answer in time, however few calls it is asked for.",
    Problem.BROKEN: "What Microsoft Graph answers cannot be read: {detail}.",
    Problem.FOREIGN_LINK: "The next page would be on another server. It is not asked: it would get the token.",
    Problem.NEVER_ENDING: "Microsoft Graph gives the same page again and again.",
    Problem.CLOCK: (
        "This machine's clock is {detail} ahead of Microsoft's. Set it right: calls would be passed over otherwise."
    ),
    Problem.NO_ACCOUNT: "There is no account {detail} to charge; `credits account open` opens it.",
    Problem.NOT_TAKEN: (
        "Accounts do not take what is charged to them: {detail}. The others are charged; these calls are asked for"
        " until their accounts take them (`credits account list`), and for 89 days at most."
    ),
    Problem.OTHER_CURRENCY: (
        "Some calls bring a charge in another currency than the account that is to pay for them. The others are"
        " charged; these are asked for until a rule names an account in their currency (`credits account open`,"
        " `credits cost-centres load`), and for 89 days at most."
    ),
}


class GraphError(Exception):
    """Records were not read to the end; `str()` says why and what to do.

    Attributes:
        problem: what is wrong.
        wait_s: how long not to ask again, 0 where nothing is said.
    """

    def __init__(self, problem: Problem, detail: str = "", *, wait_s: float = 0) -> None:
        super().__init__(_SAID[problem].format(detail=detail).rstrip())
        self.problem = problem
        self.wait_s = wait_s
