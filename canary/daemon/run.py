"""The process: threads and timers around the daemon's functions, from start to SIGTERM."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import generate_latest

from canary.clock import Clock, SystemClock
from canary.cluster.client import Cluster
from canary.cluster.patience import URGENT, USUAL, Patience
from canary.daemon import log
from canary.daemon.daemon import Daemon, World
from canary.daemon.grid import Grid
from canary.daemon.hands import Hands
from canary.daemon.policies import Policies
from canary.daemon.readings import Meter
from canary.daemon.settings import Settings
from canary.daemon.teller import Teller
from canary.errors import Invalid
from canary.metrics.connection import Connection
from canary.metrics.numbers import PromQL
from canary.metrics.prometheus import Prometheus
from canary.web.server import WebServer

WRITERS, URGENT_WRITERS, READERS, METERS, TELLERS, WATCHES = 8, 4, 2, 4, 2, 8
"""
Threads and connections. Aborts waited 19 s in one saturated pool, so taking traffic away has its own.

Two readers of what was before starts: eight slow answers would keep every write waiting, and Prometheus busy. Four for
the queries that policies have of their own, so that a few that hang do not keep the others waiting.
"""

RELOAD_EVERY, DUE_EVERY, RESYNC_EVERY = 5, 1, 60
"""Seconds."""

LATE_AFTER = 12
"""Evidence intervals without a tick after which the process is not alive any more."""

RETURN_WITHIN = 5.0
"""Seconds a thread may take to end."""


class Process:
    """A daemon with everything it needs; also what the web server sees of it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._unit = timedelta(seconds=settings.timing.interval)
        self._teller = Teller()
        self._stop = threading.Event()
        self._watching = self._cluster(WATCHES, USUAL)
        self._pools = (
            ThreadPoolExecutor(READERS, "reader"),
            ThreadPoolExecutor(METERS, "meter"),
            ThreadPoolExecutor(WRITERS, "writer"),
            ThreadPoolExecutor(URGENT_WRITERS, "urgent"),
            ThreadPoolExecutor(TELLERS, "teller"),
        )
        self._policies = Policies(settings.policies, self._teller.refused)
        self.daemon = Daemon(self._world())
        self._scheduler = BackgroundScheduler(executors={"default": JobPool(4)}, job_defaults=_ON_TIME)
        self._web = WebServer(self, *settings.address)
        self._threads = [self._thread(reflector.run) for reflector in self.daemon.copy.reflectors]

    def start(self) -> None:
        """
        Everything that moves.

        Raises:
            OSError: the health port is taken.
        """
        self._web.start()
        self._policies.reload()
        for thread in self._threads:
            thread.start()
        self._every(self._unit, self.daemon.evidence_tick)
        self._every(timedelta(seconds=DUE_EVERY), self.daemon.due_tick)
        self._every(timedelta(seconds=RELOAD_EVERY), self.daemon.reload)
        self._every(timedelta(seconds=RESYNC_EVERY), self.daemon.resync)
        self._scheduler.start()

    def stop(self) -> None:
        """Take no new work, finish the writes under way."""
        self._scheduler.shutdown(wait=False)
        self._stop.set()
        self._watching.close()
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)
        for thread in self._threads:
            thread.join(RETURN_WITHIN)
        self._web.stop()

    def living(self) -> bool:
        """The evidence loop came round lately."""
        return self._clock.monotonic() - self.daemon.alive < LATE_AFTER * self._unit.total_seconds() + 30

    def ready(self) -> str:
        """Why it does not work yet; "" = it does."""
        return "" if self.daemon.copy.synced else "not all objects have been listed yet"

    def remarks(self) -> str:
        """What it does without."""
        return self.daemon.copy.without_records

    def metrics(self) -> bytes:
        """Its own metrics."""
        return generate_latest(self._teller.registry)

    def _world(self) -> World:
        settings = self._settings
        reading, metering, usual, urgent, telling = self._pools
        connection = Connection(settings.prometheus)
        return World(
            clock=self._clock,
            source=Prometheus(connection, settings.timing),
            grid=Grid(self._clock, self._unit),
            watching=self._watching,
            usual=Hands(self._cluster(WRITERS, USUAL), usual),
            urgent=Hands(self._cluster(URGENT_WRITERS, URGENT), urgent),
            reading=reading,
            meter=Meter(PromQL(connection, settings.timing), metering),
            telling=Hands(self._cluster(TELLERS, URGENT), telling),
            policies=self._policies,
            teller=self._teller,
            namespace=settings.namespace,
            domain=settings.cluster_domain,
        )

    def _cluster(self, pool: int, patience: Patience) -> Cluster:
        return Cluster.connect(
            self._settings.kubeconfig, self._settings.context, pool=pool, patience=patience
        )

    def _every(self, period: timedelta, job: Callable[[], None]) -> None:
        def rooted() -> None:
            try:
                job()
            except Exception:  # noqa: BLE001 - the root of a job
                self._teller.bug(job.__name__)

        self._scheduler.add_job(rooted, "interval", seconds=period.total_seconds(), name=job.__name__)

    def _thread(self, work: Callable[[threading.Event], None]) -> threading.Thread:
        def rooted() -> None:
            while not self._stop.is_set():
                try:
                    work(self._stop)
                except Exception:  # noqa: BLE001 - the root of a thread
                    self._teller.bug("reflector")
                    self._clock.wait(self._stop, 1.0)

        return threading.Thread(target=rooted, name="reflector", daemon=True)


_ON_TIME = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
"""APScheduler would drop a run that is a second late."""


def run(settings: Settings) -> None:
    """
    Work until SIGTERM or SIGINT.

    Raises:
        Stalled: no usable credentials for the cluster.
        Invalid: the settings ask for something that is not to be had.
    """
    log.configure(settings.log_format)
    if not settings.policies.is_dir():
        raise Invalid(
            "there is no such folder of policies", at=str(settings.policies), hint="canary run --policies DIR"
        )
    process = Process(settings, SystemClock())
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    try:
        process.start()
    except OSError as error:
        raise Invalid(
            f"cannot listen: {error.strerror}", at=settings.bind, hint="canary run --bind HOST:PORT"
        ) from error
    over.wait()
    process.stop()
