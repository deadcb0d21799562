"""How each second factor is asked for, judged and registered: one module for each kind of proof."""
