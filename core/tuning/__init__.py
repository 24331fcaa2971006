"""Better settings for a model: a space of them, three ways to search it, cross-validated scores, the winner trained."""
