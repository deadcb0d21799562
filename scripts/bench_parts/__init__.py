"""The measurements of ``scripts/bench``. Each figure is taken in the same run as the yardstick it is compared with."""
