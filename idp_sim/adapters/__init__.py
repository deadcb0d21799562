"""What the ports stand for in reality: the machine's clock, randomness, keys, certificates, the network."""
