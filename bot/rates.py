"""`credits rates`: a workspace's rate cards, loaded, listed, and asked what a call costs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile
from bot.settling import settle
from store import basis
from store.basis import ByRate, Unrated, Why
from store.call import CALLING, LATEST_MS, CallRecord, is_service
from store.cardfile import CardError, CardProblem, read_card, sample_files
from store.cards import Cards, LoadedCard
from store.keys import DEFAULT_ACCOUNT
from store.ledger import Ledger
from store.money import Money, known_currency
from store.outcomes import Reason
from store.rating import Charge, Terms, rate, rounded
from store.roles import Roles
from store.scripts import Client
from store.tariff import RateCard, Tariff

app = typer.Typer(
    help="Rate cards of a workspace: load and list them, and see what a call costs.", no_args_is_help=True
)

PROBLEMS = {
    CardProblem.TOO_LARGE: "the file is larger than 16 MB",
    CardProblem.NOT_TEXT: "this is no CSV file: save the card as CSV, UTF-8",
    CardProblem.NO_COLUMN: "the column {value} is missing",
    CardProblem.NO_RATES: "there are no rates in it",
    CardProblem.TOO_MANY_RATES: "there are more than 100,000 rates in it",
    CardProblem.NO_PREFIX: "the prefix is missing",
    CardProblem.SEVERAL_PREFIXES: "{value} is more than one prefix: give each a line of its own",
    CardProblem.BAD_PREFIX: "{value} is no prefix: 1 to 15 digits that begin with the country code",
    CardProblem.SAME_PREFIX: "the prefix {value} was there before",
    CardProblem.BAD_PRICE: "{value} is no price for a minute, such as 0.015",
    CardProblem.MIXED_MARKS: "{value} has another decimal mark than the prices before it",
    CardProblem.PRICE_TOO_FINE: "{value} is finer than a millionth",
    CardProblem.PRICE_TOO_LARGE: "{value} is more than a million for a minute",
    CardProblem.BAD_TEXT: "a name is 120 characters at most and begins with none of = + - @: {value}",
    CardProblem.HEAD_MISSING: "“{value}” is missing: say it in the file or on the command line",
    CardProblem.BAD_HEAD: "this is not understood: {value}",
}
"""What is wrong with a file, in an operator's words."""

UNRATED = {
    Unrated.NO_CARD: "no rate card of this service and currency is valid then",
    Unrated.NO_NUMBER: "that is no number",
    Unrated.NO_RATE: "the card has no prefix of this number",
    Unrated.MASKED: "the hidden digits decide the price",
    Unrated.OTHER_CURRENCY: "the record's charge is in another currency",
    Unrated.TOO_LARGE: "the charge is too large",
}
"""Why a call has no price."""

EXAMPLES_S = (60, 307)
_SAMPLE = ", SAMPLE prices"

Service = Annotated[str, typer.Option("--service", help="What the rates are for: calling, conference, toll-free ….")]
Currency = Annotated[str, typer.Option("--currency", help="Its code: USD, EUR …; that of the account without it.")]


@app.command()
def load(
    workspace: OfWorkspace,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    service: Service = "",
    currency: Annotated[str, typer.Option("--currency", help="Its code: USD, EUR ….")] = "",
    valid_from: Annotated[str, typer.Option("--valid-from", metavar="DAY", help="Such as 2026-01-01, in UTC.")] = "",
    increment: Annotated[str, typer.Option("--increment", help="First and next seconds: 60/60, 60/1 or 1/1.")] = "",
    fee: Annotated[
        str, typer.Option("--fee", help="What each charged call costs beside its minutes, such as 0.05.")
    ] = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Load a rate card from a CSV file: Destination Name, Destination Type, Country, Prefix, Price / min.

    What is not given here is taken from the file's first lines, such as "# currency: USD". A card is never changed: one
    with a later day takes over from that day, and of two for the same day the one that is loaded later counts.
    """
    given = {
        "service": service, "currency": currency, "valid from": valid_from, "increment": increment, "fee": fee
    }  # fmt: skip
    try:
        card = read_card(file.read_bytes(), {name: value for name, value in given.items() if value})
    except CardError as error:
        _refuse(file.name, error)
    _load(env_file, workspace, [card])


@app.command("list")
def show_cards(workspace: OfWorkspace, env_file: EnvFile = InFolder) -> None:
    """Say which cards there are, the one that was loaded last first."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = desk.ask(env_file, lambda redis: Cards(redis, Roles(redis)).loaded(workspace))
    if not found:
        typer.echo(f"Workspace {workspace} has no rate card.")
    for each in found:
        typer.echo(_line(each))


@app.command()
def show(
    workspace: OfWorkspace,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="With its country code: '+49 30 …'.")],
    service: Service = CALLING,
    currency: Currency = "",
    day: Annotated[str, typer.Option("--at", metavar="DAY", help="Such as 2026-01-01, in UTC; today without it.")] = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Say what a call to a number costs, and how that comes about: one minute, and 5:07."""
    if not is_service(service):
        raise typer.BadParameter(f"{service} is no service's name.")
    start_ms, ref = _moment(day), desk.account_ref(workspace, DEFAULT_ACCOUNT)

    async def look_up(redis: Client) -> tuple[Tariff, str]:
        account = None if currency else await Ledger(redis).account(ref)
        if not (currency or account):
            desk.missing(Reason.UNKNOWN_ACCOUNT)
        return await Cards(redis, Roles(redis)).tariff(workspace), currency or (account.currency if account else "")

    tariff, code = desk.ask(env_file, look_up)
    if not known_currency(code):
        raise typer.BadParameter(f"{code} is no currency's code, such as USD or EUR.")
    terms = Terms(code, tariff)
    calls = [CallRecord("example", service, start_ms, seconds, number) for seconds in EXAMPLES_S]
    _explain(number, terms, [(each, rate(each, terms, {})) for each in calls])


@app.command()
def sample(
    workspace: OfWorkspace,
    currency: Annotated[str, typer.Option("--currency", help="USD or EUR.")] = "USD",
    env_file: EnvFile = InFolder,
) -> None:
    """Load the sample cards that come with the bot. Their prices are invented, for trying."""
    files = sample_files(currency)
    if not files:
        raise typer.BadParameter(f"There is a sample in USD and one in EUR, not in {currency}.")
    _load(env_file, workspace, [read_card(each) for each in files.values()])


@app.command("settle")
def settle_rates(workspace: OfWorkspace, env_file: EnvFile = InFolder) -> None:
    """Charge the calls that had no price and have one now; the worker does so by itself after a card was loaded."""
    past = desk.archive(env_file)
    found = desk.ask(env_file, lambda redis: settle(redis, workspace, past, desk.operator().id))
    for ref, count in found.items():
        typer.echo(f"{ref.account}: {count} calls were charged.")
    if not found:
        typer.echo("No call waits for its price.")


def _load(env_file: Path, workspace: str, cards: list[RateCard]) -> None:
    desk.account_ref(workspace, DEFAULT_ACCOUNT)

    async def load_all(redis: Client) -> list[tuple[str, RateCard | None]]:
        kept = Cards(redis, Roles(redis))
        said = [desk.unless_refused(await kept.load(desk.operator(), workspace, each)) for each in cards]
        tariff = await kept.tariff(workspace)
        return [
            (each, tariff.card(card.service, card.currency, card.valid_from_ms))
            for each, card in zip(said, cards, strict=True)
        ]

    overruled = False
    for card, (said, valid) in zip(cards, desk.ask(env_file, load_all), strict=True):
        ending = "is loaded." if said == "loaded" else "was there already."
        typer.echo(f"Card {card.id} ({_facts(card)}) {ending}")
        if valid and valid.id != card.id:
            overruled = True
            typer.echo(
                f"It does not count: card {valid.id} was loaded after it for the same day. Load it with another"
                " --valid-from.",
                err=True,
            )
    if overruled:
        raise typer.Exit(1)


def _explain(number: str, terms: Terms, examples: list[tuple[CallRecord, Charge]]) -> None:
    """What the calls cost, by which rate; exit code 1 where that is not known."""
    call, charge = examples[0]
    ground = basis.read(charge.basis)
    if isinstance(ground, Why):
        typer.echo(f"{number}: free; calls of the service {call.service} cost nothing without a rate card of theirs.")
        return
    if not isinstance(ground, ByRate):
        why = UNRATED[ground] if isinstance(ground, Unrated) else charge.basis
        typer.echo(f"{number}: no price in {terms.currency} for {call.service}: {why}.", err=True)
        raise typer.Exit(1)
    card = terms.tariff.card(call.service, terms.currency, call.start_ms)
    labelled = _SAMPLE if card and card.sample else ""
    price = desk.shown(Money(ground.micros_per_minute, terms.currency))
    typer.echo(f"{number}: {charge.destination or 'no name'}, prefix {ground.prefix}, {price} a minute")
    typer.echo(
        f"by card {ground.card} for {call.service}{labelled}, in steps of {ground.first_s}/{ground.next_s} seconds."
    )
    for example, each in examples:
        typer.echo(_arithmetic(example, each, terms.currency))


def _arithmetic(call: CallRecord, charge: Charge, currency: str) -> str:
    by = basis.read(charge.basis)
    if not isinstance(by, ByRate):  # too dear to be kept
        return f"{_clock(call.duration_s)}: {charge.basis}"
    price, minutes = Money(by.micros_per_minute, currency), Money(rounded(by.micros_per_minute, by.billed_s), currency)
    fee = f" + {desk.shown(Money(by.fee_micros, currency))} connection fee" if by.fee_micros else ""
    total = desk.shown(Money(charge.amount_micros, currency))
    sum_of = f" = {desk.shown(minutes)}{fee}" if fee else ""
    return (
        f"{_clock(call.duration_s)}: {by.billed_s} s billed, {desk.shown(price)} × {by.billed_s} / 60{sum_of} = {total}"
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _line(card: LoadedCard) -> str:
    said = f"{card.service}, {card.currency}, {card.rates} rates from {_day(card.valid_from_ms)}"
    return f"{card.id}: {said}{_SAMPLE if card.sample else ''}; loaded {_day(card.loaded_ms)} by {card.by}"


def _facts(card: RateCard) -> str:
    fee = f", {desk.shown(Money(card.fee_micros, card.currency))} a connection" if card.fee_micros else ""
    said = f"{card.service}, {card.currency}, {len(card.rates)} rates from {_day(card.valid_from_ms)}"
    return f"{said}, {card.first_s}/{card.next_s}{fee}{_SAMPLE if card.sample else ''}"


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%d}"


def _moment(day: str) -> int:
    """The day's first moment, or now; exit code 2 where it is no day."""
    try:
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else datetime.now(UTC)
        ms = int(moment.timestamp()) * 1000
        if 0 <= ms < LATEST_MS:
            return ms
    except ValueError:
        pass
    raise typer.BadParameter(f"{day} is no day, such as 2026-01-01.")


def _refuse(name: str, error: CardError) -> None:
    place = f"{name}, line {error.line}" if error.line else name
    typer.echo(f"Nothing was changed: {place}: {PROBLEMS[error.problem].format(value=error.value)}.", err=True)
    raise typer.Exit(1)
