"""Running an answer: importing its files, the protocol to a worker, the sandbox layers around it."""
