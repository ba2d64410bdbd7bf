"""Requirements of OGC API - Processes - Part 1: Core 1.0 (OGC 18-062r2): the classes that are declared."""

from harness import Catalogue, expect
from world import KNOWN, REQUIRED, World

CATALOGUE = Catalogue()


@CATALOGUE.requirement(
    "Declarations", "classes that must be declared", "Every class that this service promises is in /conformance."
)
def classes_are_declared(world: World) -> None:
    missing = [name for name in REQUIRED if name not in world.conformance["conformsTo"]]
    expect(not missing, f"not declared: {missing}")


@CATALOGUE.requirement(
    "Declarations", "URIs of classes", "Every declared URI is one of the standards', letter by letter, and is there once."
)
def declared_uris_are_exact(world: World) -> None:
    declared = world.conformance["conformsTo"]
    unknown = [name for name in declared if name not in KNOWN]
    expect(not unknown, f"no class of the standards: {unknown}")
    expect(len(set(declared)) == len(declared), "a class is declared twice")
