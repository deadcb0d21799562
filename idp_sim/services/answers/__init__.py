"""What the answers to the questions of a sign-in do: checked, and noted in the transaction."""
