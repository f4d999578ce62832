"""An answer beside the solution, its code and what it costs: `grade compare`."""
