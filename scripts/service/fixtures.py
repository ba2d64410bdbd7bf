"""Small jobs on the project's fixtures."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
FIELD = str(FOLDER / "ostia" / "ostia_monthly.nc")
OTHER_FIELD = str(FOLDER / "ostia" / "merra2_like.nc4")


def phdef(**changes) -> dict:
    """Cold tongues in the eastern Pacific, seven months."""
    inputs = {
        "input": FIELD,
        "variable": "surface_temperature",
        "operator": "lessThan",
        "value": {"value": 297.5, "uom": "K"},
        "bbox": [-120, -6, -80, 6],
        "min_size": 20,
        "start": "2007-09-01",
        "end": "2008-03-31",
        "products": "mask-output,toc,hierarchy,tracks,table,geojson",
    }
    return inputs | changes


def crossing() -> dict:
    """Warm water on both sides of the antimeridian."""
    return phdef(bbox=[160, -6, -160, 6], operator="greaterThan", value=302.5, min_size=5)


def curation(job: str) -> dict:
    return {"phdef": int(job), "input": OTHER_FIELD, "variable": "T2M", "method": "linear"}


def failing() -> dict:
    """A request that is well formed and of a variable that the file lacks."""
    return phdef(variable="none", title="It must fail")


def long() -> dict:
    """All longitudes and months, with maps: long enough to be dismissed while it runs."""
    return phdef(bbox=[-180, -6, 180, 6], start="2006-04-01", end="2010-09-30", min_size=1, products="all")
