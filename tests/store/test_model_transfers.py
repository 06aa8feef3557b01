"""Any course of events between two accounts: the scripts and a plain model of them agree after every step."""

from hypothesis import HealthCheck, settings

from tests.store.machine_transfers import TransferMachine

TestTransferMachine = TransferMachine.TestCase
TestTransferMachine.settings = settings(
    max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
