"""The corpora that ship with the kata; README.md is their data card."""
