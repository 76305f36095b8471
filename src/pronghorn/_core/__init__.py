"""What everything else stands on: errors, the registry, parameters, settings, randomness."""
