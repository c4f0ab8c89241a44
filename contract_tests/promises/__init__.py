"""The promises that follow from the document alone, for any operation."""
