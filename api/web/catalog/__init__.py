"""Pages of the catalog, for everybody who may read it and for curators."""
