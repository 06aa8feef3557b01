"""Any course of events: the scripts and a plain model of them agree after every step."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, settings

from store.payments import Failure
from tests.controls import CARD
from tests.store.machine_batch import BatchMachine

TestLedgerMachine = BatchMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)


class Course:
    """A long life of one account, from a seed: calls, cards, caps and providers as they come."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 a replay, not a secret
        self.machine = BatchMachine()
        self.machine.open(100, (50, 60, 110))
        self.moves = {
            self.call: 6,
            self.decline: 6,
            self.machine.tick: 6,
            self.report: 3,
            self.succeed: 2,
            self.change: 3,
            self.ask: 3,
            self.wait: 2,
            self.repeat: 1,
            self.own: 4,
            self.rescue: 3,
            self.silence: 4,
            self.talk: 8,
        }

    def step(self) -> None:
        """One thing happens, and store and model agree."""
        [move] = self.random.choices([*self.moves], weights=[*self.moves.values()])
        if move != self.machine.tick or self.machine.model.scheduled:
            move()
        self.machine.agree()

    def call(self) -> None:
        """A call is charged."""
        self.machine.charge(self.random.randint(1, 70))

    def talk(self) -> None:
        """A call is allowed, goes on, is over, is forgotten or comes again."""
        hold, amount = f"call-{self.random.randrange(40)}", self.random.randint(0, 50)
        ttl = timedelta(minutes=self.random.choice([1, 15, 600]))
        service = self.random.choice(["calls", "calls", "toll-free"])
        match self.random.randrange(9):
            case 0 | 1 | 2:
                self.machine.place_hold(hold, max(amount, 1), ttl, service)
            case 8:
                self.machine.set_service(service, open_=self.random.random() < 0.6)
            case 3:
                self.machine.extend_hold(hold, amount * self.random.randrange(2), ttl)
            case 4 | 5:
                self.machine.capture_hold(hold, amount, authorised=self.random.random() < 0.5)
            case 6 if self.machine.model.open_holds:
                self.machine.let_hold_expire()
            case _ if self.machine.remembered:
                self.machine.repeat_hold(self.which())

    def repeat(self) -> None:
        """An operation comes again."""
        if self.machine.model.remembered:
            self.machine.repeat(which=self.which(), changed=self.random.random() < 0.5)

    def wait(self) -> None:
        """Time goes by."""
        self.machine.wait(self.random.choice([{"minutes": 15}, {"hours": 7}, {"days": 1}, {"days": 31}]))

    def decline(self) -> None:
        """A worker tries the open recharge; most often the card is declined."""
        if self.machine.model.slot:
            failures = [Failure.DECLINED] * 4 + [
                Failure.UNKNOWN,
                Failure.UNAVAILABLE,
                Failure.NEEDS_ACTION,
                Failure.NEEDS_ACTION,
                Failure.NOT_CHARGED,
                Failure.STUCK,
                Failure.NOT_CREDITED,
            ]
            self.machine.work(self.random.choice(failures))

    def own(self) -> None:
        """What waits for its owner, or is stuck, is asked about, because of a press or of new settings."""
        model = self.machine.model
        if model.slot and model.payments[model.slot].state in {"needs_action", "stuck"}:
            if self.random.random() < 0.3:
                self.machine.cancel(which=0, behind=0)
            self.machine.wake(which=0, behind=0, cause=self.random.choice(["person", "person", "settings"]))
            self.decline()

    def silence(self) -> None:
        """A manager gives the open recharge up, its provider is silent for 20 h, and the word is said again."""
        name = self.machine.model.slot
        if not name or self.machine.model.payments[name].state != "stuck":
            return
        self.machine.cancel(which=0, behind=0)
        for hours in (21, 0):
            if self.machine.model.slot:  # it may have become needless meanwhile
                self.machine.work(Failure.UNAVAILABLE)
            self.machine.wait({"hours": hours})
        self.machine.cancel(which=0, behind=0)
        if self.random.random() < 0.5:
            self.machine.report(name, self.random.choice([Failure.UNKNOWN, Failure.DECLINED, Failure.NOT_CREDITED]))

    def rescue(self) -> None:
        """Credit makes the open recharge needless, perhaps with a worker at it; the look, a worker, the next fall."""
        model = self.machine.model
        if model.slot:
            payment = model.payments[model.slot]
            if self.random.random() < 0.5:
                self.machine.take(payment, ahead=1 if payment.state in {"due", "retrying"} else 0)
            self.machine.grant(max(model.below - model.balance, 1))
            self.decline()
            if model.slot:
                self.machine.wake(which=0, behind=0, cause="settings")
                self.decline()
            self.machine.charge(70)

    def succeed(self) -> None:
        """The open recharge is credited, or a payment that may be long past."""
        if self.machine.model.payments:
            self.machine.settle(which=self.which(), late=self.random.randint(1, 4))

    def report(self) -> None:
        """A claim, a wake or a failure that may come at the wrong time."""
        if self.machine.model.payments:
            self.machine.claim(which=self.which(), ahead=self.random.choice([0, 1, 1]))
            cause, behind = self.random.choice(["person", "settings"]), self.random.choice([0, 0, 1])
            self.machine.wake(which=self.which(), behind=behind, cause=cause)
            self.machine.cancel(which=self.which(), behind=self.random.choice([0, 0, 1]))
        if self.machine.claims:
            self.machine.fail(which=self.which(), failure=self.random.choice([Failure.DECLINED, Failure.UNKNOWN]))

    def change(self) -> None:
        """A manager changes a setting."""
        model, figures = self.machine.model, [(20, 60, 110), (50, 60, 110), (50, 60, 150), None]
        match self.random.randrange(4):
            case 0:
                self.machine.save_policy(self.random.choice(figures))
            case 1:
                self.machine.choose_card(self.random.choice([CARD, "card_new"]))
            case 2:
                self.machine.save_levels(self.random.sample([10, 25, 60, 90], self.random.randint(0, 3)))
            case _ if model.slot and model.policy:
                self.machine.lower_cap()

    def ask(self) -> None:
        """A manager ends a pause, or the schedule looks; now and then a manager adds credit."""
        self.random.choice([self.machine.resume, self.machine.check])()
        if self.random.random() < 0.3:
            self.machine.top_up(self.random.randint(5, 100))
            self.machine.grant(self.random.randint(1, 50))

    def which(self) -> int:
        """Any of those that there are."""
        return self.random.randrange(1000)


@pytest.mark.parametrize("seed", range(6))
def test_long_course_agrees_with_the_model(seed: int) -> None:
    """Through hundreds of steps, failures and months, store and model agree; the seed replays them."""
    course = Course(seed)
    try:
        for _ in range(250):
            course.step()
    finally:
        course.machine.teardown()
