"""Teams: how the people of a project share its new forms, and how many each can hold."""
