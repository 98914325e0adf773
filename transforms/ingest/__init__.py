"""From raw text to typed rows: profiles, parsing, row rules and versions."""
