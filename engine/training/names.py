"""Invented names: of States, and of the people who come from them."""

from typing import NamedTuple

from comity.engine.training.wishes import Wishes

# A State, and who comes from there. None is the name of a State, a people or a place known to many, nor a word that is
# rude in English, French, Portuguese or Spanish.
PLACES: tuple[tuple[str, str], ...] = (
    ("Veldria", "Veldrian"),
    ("Tessenia", "Tessenian"),
    ("Orsava", "Orsavan"),
    ("Calmera", "Calmeran"),
    ("Kadovia", "Kadovian"),
    ("Marisland", "Marislander"),
    ("Ostrelle", "Ostrellian"),
    ("Lumaria", "Lumarian"),
    ("Brenovia", "Brenovian"),
    ("Sartania", "Sartanian"),
    ("Yelmora", "Yelmoran"),
    ("Dovanti", "Dovantian"),
    ("Peralune", "Peralunian"),
    ("Quenora", "Quenoran"),
    ("Zelvania", "Zelvanian"),
    ("Halvora", "Halvoran"),
    ("Irvandia", "Irvandian"),
    ("Norvelia", "Norvelian"),
    ("Tarvania", "Tarvanian"),
    ("Ulmeria", "Ulmerian"),
    ("Faldoria", "Faldorian"),
    ("Jorvenia", "Jorvenian"),
    ("Wendoria", "Wendorian"),
    ("Astevia", "Astevian"),
)


class Cast(NamedTuple):
    """Who appears in an exercise: the host State, where people come from and who they are, a third State, and others.

    `others` are further States with their people, for tables.
    """

    host: str
    origin: str
    people: str
    third: str
    others: tuple[tuple[str, str], ...]


def cast(wishes: Wishes) -> Cast:
    """Return invented names, none of them twice."""
    (host, _), (origin, people), (third, _), *others = wishes.shuffled(PLACES)
    return Cast(host, origin, people, third, tuple(others))
