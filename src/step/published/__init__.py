"""The protocol of the publication, reproduced as published."""
