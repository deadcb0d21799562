"""The checks of a sign-in, by the question they answer; ``next_step`` puts them in order."""
