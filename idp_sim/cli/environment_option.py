"""Options that may also come from ``IDP_SIM_*`` variables, read through ``settings.environment`` alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import click
from click.core import ParameterSource

from idp_sim.cli.configuration import META
from idp_sim.settings import environment

PREFIX = "IDP_SIM_"


class EnvironmentOption(click.Option):
    """``--public-url`` is also ``IDP_SIM_PUBLIC_URL``; a wrong value is blamed on where it came from."""

    @property
    def variable(self) -> str:
        """The variable's name: the option's own, in capitals."""
        return PREFIX + self.opts[-1].lstrip("-").replace("-", "_").upper()

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        return environment().get(self.variable) or None

    def get_error_hint(self, ctx: click.Context | None) -> str:
        name = self.name
        if ctx and name and ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
            return f"the variable {self.variable}"
        if ctx and name and ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
            return str(ctx.meta.get(META, {}).get(name, name))
        return super().get_error_hint(ctx)


def misspelt(env: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """A sentence for each ``IDP_SIM_*`` variable that is no option's but nearly so; others are people's own."""
    known = set(known)
    problems = []
    for name in sorted(name for name in env if name.startswith(PREFIX) and name not in known):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
        if near:
            problems.append(f"the variable {name} is not known; did you mean {near[0]}?")
    return problems
