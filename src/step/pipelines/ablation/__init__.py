"""What each part of the networks is worth."""
