"""``idp-sim serve``: start, say what is there, and stay until SIGTERM or SIGINT (product.md 3)."""

from __future__ import annotations

import contextlib
import gc
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.core import ParameterSource

from idp_sim import origin
from idp_sim.cli import exposure, narration, running
from idp_sim.cli.configuration import ConfiguredCommand
from idp_sim.cli.environment_option import EnvironmentOption, misspelt
from idp_sim.cli.groups import examples
from idp_sim.cli.output import Painter, fail, warn
from idp_sim.cli.ready_file import ReadyFile
from idp_sim.forwarded import networks
from idp_sim.options import CannotStart, ServeOptions
from idp_sim.scenario.errors import ScenarioError
from idp_sim.settings import environment

if TYPE_CHECKING:
    from idp_sim.app import Simulator

#: Variables that are not options of ``serve``.
OTHER_VARIABLES = ("IDP_SIM_HOME", "IDP_SIM_BASE_URL", "IDP_SIM_CA_FILE", "IDP_SIM_WORLD")


def refuse_workers(workers: int, *, data: Path | None, platform: str) -> None:
    """More than one process is not built (docs/decisions/0008-one-process.md); UsageError, the nearest reason first."""
    if workers <= 1:
        return
    if data is None:
        raise click.UsageError(f"--workers {workers} needs --data: processes share a folder, never memory.")
    if not platform.startswith("linux"):
        raise click.UsageError(
            f"--workers {workers} needs Linux, where processes can share a port; this is {platform}."
        )
    raise click.UsageError(
        f"--workers {workers} is not built: one process serves a folder, and signs on every core it is given; "
        "expected --workers 1."
    )


def _public_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return origin.parse(value)
    except origin.NoOrigin as error:
        raise click.BadParameter(f"{error}.") from None


def _proxies(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    texts = tuple(part.strip() for text in value for part in text.split(",") if part.strip())
    try:
        networks(texts)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None
    return texts


def _control_token(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.isascii() or not value.isprintable() or not value.strip() or " " in value):
        raise click.BadParameter("expected printable ASCII characters without spaces.")
    return value


def _trust(_: click.Context, __: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    for path in value:
        if b"-----BEGIN CERTIFICATE-----" not in path.read_bytes():
            raise click.BadParameter(f"'{path}' holds no certificate; expected a PEM file with a CA certificate.")
    return value


@examples(
    "idp-sim serve",
    "idp-sim serve --scenario mine.yaml --port 0 --ready-file ready.json",
    "idp-sim serve --host 0.0.0.0 --public-url https://idp.test:8443",
    "idp-sim serve --no-tls --public-url https://idp.test --trusted-proxy 127.0.0.1",
)
@click.command("serve", cls=ConfiguredCommand, context_settings={"max_content_width": 100})
@click.option(
    "--scenario",
    cls=EnvironmentOption,
    default="contoso",
    show_default=True,
    metavar="NAME|FILE",
    help="A shipped scenario, or a YAML file.",
)
@click.option("--host", cls=EnvironmentOption, default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    cls=EnvironmentOption,
    type=click.IntRange(0, 65535),
    default=8443,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option(
    "--in-memory",
    cls=EnvironmentOption,
    is_flag=True,
    help="Write no data; everything is gone at the end.",
)
@click.option(
    "--data",
    cls=EnvironmentOption,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"Keep the data there, from one start to the next.  [default: {running.DATA_FOLDER}]",
)
@click.option(
    "--workers",
    cls=EnvironmentOption,
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; more than one is not built.",
)
@click.option(
    "--public-url",
    cls=EnvironmentOption,
    metavar="URL",
    callback=_public_url,
    help="The origin that clients see, if it is another one (proxy, container).",
)
@click.option(
    "--trusted-proxy",
    cls=EnvironmentOption,
    multiple=True,
    metavar="ADDRESS",
    callback=_proxies,
    help="A proxy, or a network of them, whose Forwarded and X-Forwarded-* headers count; may be repeated.",
)
@click.option(
    "--trust",
    cls=EnvironmentOption,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="CA_FILE",
    callback=_trust,
    help="A further CA for outgoing calls to foreign homes; may be repeated.",
)
@click.option("--no-tls", cls=EnvironmentOption, is_flag=True, help="Plain http.")
@click.option(
    "--control-token",
    cls=EnvironmentOption,
    metavar="TOKEN",
    callback=_control_token,
    help="Token of the control API; random if not given.",
)
@click.option(
    "--json", "as_json", cls=EnvironmentOption, is_flag=True, help="Print the ready document instead of tables."
)
@click.option(
    "--ready-file",
    cls=EnvironmentOption,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the ready document there once the server answers; removed at the end.",
)
@click.option(
    "-v",
    "--verbose",
    "verbosity",
    cls=EnvironmentOption,
    count=True,
    help="Also print the decisions of each sign-in; twice: its protocol messages too.",
)
@click.option("--quiet", cls=EnvironmentOption, is_flag=True, help="Print nothing but errors.")
@click.option(
    "--log-file",
    cls=EnvironmentOption,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append a line for each sign-in, refusal and mail, and what fails.",
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    scenario: str,
    host: str,
    port: int,
    in_memory: bool,
    data: Path | None,
    workers: int,
    public_url: str | None,
    trusted_proxy: tuple[str, ...],
    trust: tuple[Path, ...],
    no_tls: bool,
    control_token: str | None,
    as_json: bool,
    ready_file: Path | None,
    verbosity: int,
    quiet: bool,
    log_file: Path | None,
) -> None:
    """Start the simulator; it ends on Ctrl-C or SIGTERM.

    While it runs it prints a line for each sign-in, refusal and mail (not with --json).

    Every option can also be given as a variable (--public-url is IDP_SIM_PUBLIC_URL, and so on) or in a file
    idp-sim.yaml in the working folder (public-url: https://...). The command line wins over the variable,
    the variable over the file.
    """
    variables = [option.variable for option in ctx.command.params if isinstance(option, EnvironmentOption)]
    if problems := misspelt(environment(), [*variables, *OTHER_VARIABLES]):
        fail(*problems)
    folder = data_folder(ctx, data, in_memory)
    refuse_workers(workers, data=None if in_memory else folder, platform=sys.platform)
    options = ServeOptions(
        scenario=scenario,
        host=host,
        port=port,
        public_url=public_url,
        trusted_proxies=trusted_proxy,
        tls=not no_tls,
        trust=trust,
        control_token=control_token,
        data=folder,
    )
    try:
        with _ending() as ended, ReadyFile.prepared(ready_file) as ready, narration.log_file(log_file) as log:
            voice = _Voice(quiet=quiet, as_json=as_json, verbosity=verbosity, log=log)
            _serve(options, ended=ended, voice=voice, ready_file=ready)
    except (CannotStart, ScenarioError) as error:
        fail(*error.problems)


#: Where an option may come from, the strongest first.
_SOURCES = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


def data_folder(ctx: click.Context, data: Path | None, in_memory: bool) -> Path | None:
    """The folder for the data, or None for memory; what is said nearer to the start wins."""
    if not in_memory:
        return data or running.DATA_FOLDER
    if data is None:
        return None
    sources = [ctx.get_parameter_source(name) for name in ("data", "in_memory")]
    ranks = [_SOURCES.index(source) if source in _SOURCES else len(_SOURCES) for source in sources]
    if ranks[0] == ranks[1]:
        raise click.UsageError("--data keeps the data and --in-memory writes none: give one of them.")
    return data if ranks[0] < ranks[1] else None


@dataclass(frozen=True, kw_only=True)
class _Voice:
    """What the server says, and where."""

    quiet: bool
    as_json: bool
    verbosity: int
    log: TextIO | None

    def watch(self, simulator: Simulator) -> Callable[[float], None]:
        """Begin to tell what happens; nothing where nobody wants to read it."""
        terminal = None if self.quiet or self.as_json else sys.stdout
        if terminal is None and self.log is None:
            return lambda _: None
        narrator = narration.Narrator(terminal, self.log, verbosity=self.verbosity)
        return simulator.watch(narrator.show, detailed=self.verbosity > 0)


def _serve(options: ServeOptions, *, ended: threading.Event, voice: _Voice, ready_file: ReadyFile | None) -> None:
    warn(*exposure.before(options))
    with _started(options) as simulator:
        document = simulator.ready
        if ready_file:
            ready_file.publish(document)
        with running.noted(document, options.data) as problem:
            if problem:
                warn(problem)
            if not voice.quiet:
                _say(document, as_json=voice.as_json, data=options.data)
            exposure.check(simulator, options)
            end_watch = voice.watch(simulator)
            while not ended.wait(1):  # a bounded wait: on Windows an endless one can't be interrupted
                pass
        end_watch(2)
    if not (voice.as_json or voice.quiet):
        narration.write(sys.stdout, "Stopped.\n")


def _started(options: ServeOptions) -> Simulator:
    """Start with the garbage collector at rest: all that is made now stays, and looking through it costs a tenth."""
    gc.disable()
    try:
        from idp_sim.app import Simulator

        simulator = Simulator.start(options)
        gc.freeze()
        return simulator
    finally:
        gc.enable()


def _say(document: dict[str, Any], *, as_json: bool, data: Path | None) -> None:
    if as_json:
        text = json.dumps(document, indent=2, ensure_ascii=False)
    else:
        from idp_sim.cli.overview import overview

        text = overview(document, Painter(sys.stdout), bundle_file=_bundle(document), data=data)
    with contextlib.suppress(BrokenPipeError):  # `serve | head` must not end the server
        print(text, flush=True)


def _bundle(document: dict[str, Any]) -> str | None:
    """The file beside the CA's that holds the system's authorities too."""
    if document["ca_file"] is None:
        return None
    bundle = Path(document["ca_file"]).with_name("ca-and-system.pem")
    return str(bundle) if bundle.exists() else None


@contextlib.contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; a second signal ends at once, as without us."""
    ended = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, _: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        ended.set()

    for number in before:
        signal.signal(number, end)
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
