"""How the archive is doing: counts what came of captures, hears workers, and judges whether somebody must act."""
