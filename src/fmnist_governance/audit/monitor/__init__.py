"""Does what comes in still look like what the model was audited on? Probabilities in; an alarm out."""
