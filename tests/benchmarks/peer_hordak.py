"""Runs in the peers' own environment: transfers by django-hordak on its own PostgreSQL; prints how many a second."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import django
from django.conf import settings

callers, count = int(sys.argv[1]), int(sys.argv[2])
programs = Path(sys.argv[3])
user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def run(*command: str) -> None:
    """A program of PostgreSQL's, which does not run as root."""
    first = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    subprocess.run([*first, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603 our own


folder = Path(tempfile.mkdtemp(prefix="credits-pg-"))
shutil.chown(folder, user)
data = folder / "data"
run(str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench", "--no-sync")
options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c synchronous_commit=on"
run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
try:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": str(folder),
                "NAME": "postgres",
                "USER": "bench",
            }
        },
        DEFAULT_CURRENCY="USD",
        CURRENCIES=["USD"],
        USE_TZ=True,
        SECRET_KEY="bench",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from hordak.models import Account
    from moneyed import Money

    call_command("migrate", verbosity=0)
    wallet = Account.objects.create(name="wallet", type="AS", code="1", currencies=["USD"])
    usage = Account.objects.create(name="usage", type="EX", code="2", currencies=["USD"])
    price = Money("0.01", "USD")

    def work() -> None:
        """A caller's share."""
        for _ in range(count // callers):
            wallet.transfer_to(usage, price, description="+44 7700 900123 3 min")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(callers)]
    begun = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sys.stdout.write(str(count // callers * callers / (time.perf_counter() - begun)))
finally:
    run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)
