"""Acts on many forms at once: who is meant, what will happen, doing it, and taking it back."""
