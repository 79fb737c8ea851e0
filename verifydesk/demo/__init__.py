"""The demo newsroom: what a first visitor finds on the desk, and the small news sites that it cites."""
