"""What keeps persons out of the stored data: pseudonyms for identifiers, masks for free text."""
