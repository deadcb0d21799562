"""Who may read and change cross-tenant access settings (graph-api 8.4, 19)."""

from __future__ import annotations

from idp_sim.graph.permissions import Access, holders_of

_WRITE = "Policy.ReadWrite.CrossTenantAccess"
_READ = ("Policy.Read.All", _WRITE)

READ = Access(
    delegated=_READ,
    application=_READ,
    right=holders_of("Security Administrator", "Security Reader", "Global Reader"),
)
WRITE = Access(delegated=(_WRITE,), application=(_WRITE,), right=holders_of("Security Administrator"))
