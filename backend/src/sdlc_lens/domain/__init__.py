"""Pure facts about documents: the standard library only, no input and no output."""
