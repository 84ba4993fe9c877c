"""The public sets that teaching material is taken from, and what must be said under every picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicSet:
    """A set: its licence and the credit that is shown under its pictures; `material/CREDITS.md` says the rest."""

    licence: str
    credit: str


PUBLIC_SETS = {
    "pbc": PublicSet("CC BY 4.0", "Acevedo et al. 2020"),
    "bccd": PublicSet("MIT", "BCCD, Shenggan 2017"),
    "raabin": PublicSet("MIT", "Raabin-WBC, Kouzehkanan et al. 2022, in TXL-PBC, Gan and Li 2024"),
}
