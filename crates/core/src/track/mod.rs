//! Links the components of consecutive scenes into a lineage.
