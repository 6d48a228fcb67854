"""Pictures of the pages, to be looked at: `make pictures`, `make readme-pictures`."""
