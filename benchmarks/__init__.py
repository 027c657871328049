"""How fast Comity is beside its peers. See README.md."""
