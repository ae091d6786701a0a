"""Projects: what they are, who works on them, brief, action plan and progress."""
