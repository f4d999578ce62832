"""What the kata's author and an instructor need: stubs made from solutions, the author's check."""
