"""One interactive page about who sees what, and what it costs: `grade explore`."""
