"""What both tools read, and neither owns: the places of the data, and YAML files with their line numbers."""
