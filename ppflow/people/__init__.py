"""Staff: people, their organisations, the roles they are granted and when they are away."""
