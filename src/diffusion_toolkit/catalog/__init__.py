"""The columnar view of a library: everything people filter and sort by, in memory, answering in milliseconds."""

from diffusion_toolkit.catalog.catalog import Catalog, CatalogOptions
from diffusion_toolkit.catalog.facets import FACETS, FacetValue
from diffusion_toolkit.catalog.groups import Group
from diffusion_toolkit.catalog.state import State

__all__ = ["FACETS", "Catalog", "CatalogOptions", "FacetValue", "Group", "State"]
