"""`grade trace`: questions to answer by hand, with numbers generated for each learner."""
