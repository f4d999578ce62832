"""Answers in a process of their own that nothing trusts: the wire to it, what stands for its objects, its walls."""
